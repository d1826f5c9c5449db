/* assocctl audit --verify. It reads the files itself, so that it needs no daemon and trusts none. */
#include "audit_verify.h"

#include "daemon/main/config.h"
#include "print.h"

bool audit_is_seal(const char *text)
{
	return strlen(text) == AUDIT_SEAL && strspn(text, "0123456789abcdef") == AUDIT_SEAL;
}

static void print_check_json(const struct audit_check *check, const char *trouble, bool is_missed)
{
	struct text out = { 0 };

	json_open_object(&out);
	json_member_bool(&out, "whole", trouble[0] == '\0');
	json_member_int(&out, "entries", (int64_t)check->entries);
	json_member_int(&out, "first", (int64_t)check->first);
	json_member_int(&out, "last", (int64_t)check->last);
	json_member_int(&out, "erased", (int64_t)check->erased);
	json_member_int(&out, "unsealed", (int64_t)check->unsealed);
	json_member_int(&out, "files", check->files);
	json_member_int(&out, "compressed", check->compressed);
	json_member_string(&out, "seal", bytes_of(check->seal));
	json_key(&out, "trouble");
	if (trouble[0] != '\0')
		json_string(&out, bytes_of(trouble));
	else
		json_null(&out);
	json_member_bool(&out, "seal_is_missed", is_missed);
	json_close_object(&out);
	text_addc(&out, '\n');
	print_out(&out);
	text_free(&out);
}

static void print_check(const struct audit_check *check)
{
	struct text out = { 0 };

	if (check->entries == 0)
		text_adds(&out, "no entries with a seal\n");
	else {
		text_adds(&out, "entries ");
		print_count(&out, (int64_t)check->first);
		text_adds(&out, " to ");
		print_count(&out, (int64_t)check->last);
		text_addf(&out, " are as they were written; last seal %s\n", check->seal);
	}
	if (check->erased > 0)
		text_addf(&out, "%llu of them are erased: what they said is gone, their place is kept\n", (unsigned long long)check->erased);
	if (check->unsealed > 0)
		text_addf(&out, "%llu older ones have no seal\n", (unsigned long long)check->unsealed);
	if (check->compressed > 0)
		text_addf(&out, "compressed files that were not looked into: %u; gunzip them in the state folder\n", check->compressed);
	print_out(&out);
	text_free(&out);
}

int audit_verify_files(struct ctl *ctl, const char *folder, const char *noted)
{
	const struct config *config = folder ? NULL : ctl_config(ctl);
	struct audit_check check;
	struct errbuf eb = { "" };
	bool is_missed;
	enum err err;

	if (!folder && !config)
		return 1;
	err = audit_verify(folder ? folder : config->state_dir, noted ? bytes_of(noted) : BYTES_NONE, &check, &eb);
	is_missed = err == ERR_OK && noted && !check.has_noted;
	if (ctl->as_json)
		print_check_json(&check, eb.text, is_missed);
	else if (err == ERR_OK)
		print_check(&check);
	if (err != ERR_OK && check.compressed > 0) /* what is in them is missing */
		return ctl_fail("%s; compressed files were not looked into: %u, gunzip them in the state folder first", eb.text, check.compressed);
	if (err != ERR_OK)
		return ctl_fail("%s", eb.text);
	return is_missed ? ctl_fail("the seal that was given is in none of the files: the log was cut or written anew, or rotation has removed it") : 0;
}
