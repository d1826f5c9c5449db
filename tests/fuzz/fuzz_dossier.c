/* decode_dossier: never reads beyond the file, and what it calls whole has as many sections as its head says. */
#include <stdlib.h>

#include "daemon/dossier/dossier.h"

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *in, size_t n)
{
	struct bytes file = bytes_make((const char *)in, n);
	struct dossier_check check;
	enum err err = decode_dossier(file, &check);

	if (check.sections > check.told || (err == ERR_OK && (check.sections != check.told || check.trouble || check.seal.len != DOSSIER_SEAL)))
		abort();
	if (check.seal.len > 0 && (check.seal.ptr < file.ptr || check.seal.ptr + check.seal.len > file.ptr + file.len))
		abort();
	return 0;
}
