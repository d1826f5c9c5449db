# The Debian package: `ninja package`. What only a package installs (units, configuration, compressed pages) is a component
# of its own, so that `cmake --install` writes under its prefix and nowhere else.
set(package_files ${CMAKE_BINARY_DIR}/package)
file(MAKE_DIRECTORY ${package_files})

function(compressed source name)
  add_custom_command(OUTPUT ${package_files}/${name}.gz DEPENDS ${source} VERBATIM
    COMMAND sh -c "gzip -9nc \"$0\" >\"$1\"" ${source} ${package_files}/${name}.gz)
  set(compressed_files ${compressed_files} ${package_files}/${name}.gz PARENT_SCOPE)
endfunction()
compressed(${CMAKE_SOURCE_DIR}/config/package/changelog changelog)
foreach(page ${man_pages})
  get_filename_component(name ${page} NAME)
  string(REGEX MATCH "[0-9]$" section ${name})
  compressed(${page} ${name})
  install(FILES ${package_files}/${name}.gz DESTINATION /usr/share/man/man${section} COMPONENT package EXCLUDE_FROM_ALL)
endforeach()
add_custom_target(package_files ALL DEPENDS ${compressed_files})

install(FILES ${package_files}/changelog.gz config/package/copyright docs/operations.md docs/measurements.md
  DESTINATION /usr/share/doc/assocd COMPONENT package EXCLUDE_FROM_ALL)
install(FILES config/package/assocd.yaml DESTINATION /etc/assocd COMPONENT package EXCLUDE_FROM_ALL)
install(FILES config/package/assocd.logrotate DESTINATION /etc/logrotate.d RENAME assocd COMPONENT package EXCLUDE_FROM_ALL)
file(GLOB units CONFIGURE_DEPENDS systemd/*.service systemd/*.socket)
install(FILES ${units} DESTINATION /lib/systemd/system COMPONENT package EXCLUDE_FROM_ALL)
install(FILES systemd/sysusers.conf DESTINATION /usr/lib/sysusers.d RENAME assocd.conf COMPONENT package EXCLUDE_FROM_ALL)
install(FILES systemd/tmpfiles.conf DESTINATION /usr/lib/tmpfiles.d RENAME assocd.conf COMPONENT package EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME assocd)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_CONTACT "assocd developers <maintainers@assocd.example.org>")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_CMAKE_PROJECTS
  "${CMAKE_BINARY_DIR};assocd;Unspecified;/" "${CMAKE_BINARY_DIR};assocd;package;/")
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS
  "systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, init-system-helpers (>= 1.52)")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "prometheus, prometheus-alertmanager, logrotate")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "finds accounts that are run by the same people\n\
Takes in what accounts do (logins, orders, payments) and says which of them\n\
belong together, with a score and every item of evidence behind it. One\n\
daemon, an embedded database, no cloud service and no outgoing call.")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(WRITE ${package_files}/conffiles "/etc/assocd/assocd.yaml\n/etc/logrotate.d/assocd\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package_files}/conffiles ${CMAKE_SOURCE_DIR}/config/package/postinst
  ${CMAKE_SOURCE_DIR}/config/package/prerm ${CMAKE_SOURCE_DIR}/config/package/postrm)
include(CPack)
