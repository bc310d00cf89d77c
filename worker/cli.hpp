// The command line: what every command is called and takes. Source: operations.md "Commands".
#pragma once

namespace recycled {

// Parses, runs the command, returns its exit code (exit_code.hpp). Usage errors are 2.
int run_command_line(int count, const char* const* arguments);

}  // namespace recycled
