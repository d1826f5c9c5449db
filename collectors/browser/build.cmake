# The page script, bundled of web/collect/collect.js and @fingerprintjs/fingerprintjs where npm fetched them (.ci/web.sh), and
# embedded; else the collector says what is missing.
set(browser_modules ${CMAKE_BINARY_DIR}/web/node_modules)
set(browser_fingerprint ${browser_modules}/@fingerprintjs/fingerprintjs/dist/fp.esm.js)
set(browser_bundler ${browser_modules}/esbuild/bin/esbuild)
set(browser_page ${CMAKE_SOURCE_DIR}/web/collect/collect.js)
set(browser_output ${CMAKE_BINARY_DIR}/browser_script.c)
set(browser_inputs ${browser_page} ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
if(EXISTS ${browser_fingerprint} AND EXISTS ${browser_bundler})
  list(APPEND browser_inputs ${browser_fingerprint})
else()
  set(browser_bundler "")
  message(STATUS "The browser collector is built without /collect.js: @fingerprintjs/fingerprintjs or esbuild is missing (.ci/web.sh fetches them)")
endif()
add_custom_command(OUTPUT ${browser_output} DEPENDS ${browser_inputs} VERBATIM
  COMMAND ${CMAKE_COMMAND} -E env NODE_PATH=${browser_modules} ${CMAKE_COMMAND} -DOUTPUT=${browser_output} -DPAGE=${browser_page}
    "-DBUNDLER=${browser_bundler}" -P ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
target_sources(collectors_lib PRIVATE ${browser_output})
