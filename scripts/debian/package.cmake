# What `cpack -G DEB` makes a package of. scripts/package runs it, after it has had those files made
# that come from the program and the README.
set(RECYCLED_MADE ${PROJECT_BINARY_DIR}/made CACHE PATH
    "where scripts/package has put manual pages, completion and documents")

install(TARGETS recycled flexfactor-sim DESTINATION usr/bin)

# The units and the crontab are written for /usr/local; in the package they name its own program.
foreach(file recycled.service recycled-once.service recycled-once.timer crontab)
  set(from ${PROJECT_SOURCE_DIR}/schedules/${file})
  set(to ${PROJECT_BINARY_DIR}/packaged/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${from})
  file(READ ${from} text)
  string(REPLACE "/usr/local/bin/" "/usr/bin/" text "${text}")
  file(WRITE ${to} "${text}")
  if(file STREQUAL "crontab")
    install(FILES ${to} DESTINATION usr/share/doc/recycled/examples)
  else()
    install(FILES ${to} DESTINATION lib/systemd/system)
  endif()
endforeach()
install(FILES ${PROJECT_SOURCE_DIR}/schedules/example-profiles.toml
              ${PROJECT_SOURCE_DIR}/schedules/recycled.rules.yml
              ${PROJECT_SOURCE_DIR}/schedules/declined.csv
        DESTINATION usr/share/doc/recycled/examples)
install(DIRECTORY ${RECYCLED_MADE}/ DESTINATION usr/share)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME recycled)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/package)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "recycled maintainers <maintainers@recycled.example>")
set(CPACK_DEBIAN_PACKAGE_SECTION misc)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "recycle billing through FlexFactor, never charging twice")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Hands declined rebills to FlexFactor, a provider that keeps retrying them,
waits for the results, and puts every subscription back where it belongs.
It runs as a service or from cron and keeps what it knows in one SQLite file.
.
With it comes flexfactor-sim, a simulated FlexFactor to try a config with.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The zones of billing days, the authorities that vouch for FlexFactor, and postinst's adduser.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "tzdata, ca-certificates, adduser")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "bash-completion, jq, prometheus-node-exporter")
set(debian ${CMAKE_CURRENT_LIST_DIR})
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
