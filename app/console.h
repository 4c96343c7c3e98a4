#pragma once

#include <filesystem>
#include <initializer_list>
#include <stop_token>
#include <string>
#include <string_view>

#include "progress.h"
#include "result.h"

namespace mantissa::app {

/// Exit codes of every subcommand.
inline constexpr int kDone = 0;
inline constexpr int kInputAtFault = 1;
inline constexpr int kCommandLineAtFault = 2;
inline constexpr int kInterrupted = 130;

/// Prints `mantissa: <error>` as one line on standard error and gives the exit code that belongs to it.
int fail(const Error& error);

/// Writes `text` to a file, whole or not at all, or to standard output for "-".
Status writeText(const std::string& target, std::string_view text);

/// Whether the files that results shall go to can probably be written, asked before the work: their folders exist, and
/// one at most is standard output, "-". Empty names are options that were not given.
Status checkTargets(std::initializer_list<std::string> targets);

/// Whether a folder for results is there or can be made, and be written to; it is not left behind.
Status checkTargetFolder(const std::filesystem::path& folder);

/// Progress as one line on standard error, rewritten in place; empty (nothing is printed) when standard error is no
/// terminal.
Progress terminalProgress();

/// Ends the progress line, so that what follows starts on a line of its own.
void endProgress();

/// From now on SIGINT asks this token to stop, and a second SIGINT ends the process at once. Call it once, before any
/// other thread starts: the signal mask is inherited.
std::stop_token stopOnInterrupt();

}  // namespace mantissa::app
