#include "cli/program.h"

#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

extern char** environ;

namespace mantissa::test {
namespace {

std::string readAndRemove(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    std::filesystem::remove(path);
    return text.str();
}

}  // namespace

int ProgramRun::errorLines() const { return static_cast<int>(std::count(errors.begin(), errors.end(), '\n')); }

StartedProgram::StartedProgram(const std::string& arguments, const std::string& input, const std::string& environment) {
    static int runs = 0;
    base_ = std::filesystem::temp_directory_path() /
            ("mantissa-cli-" + std::to_string(getpid()) + "-" + std::to_string(++runs));
    std::ofstream(base_ + ".in") << input;
    const std::string line = "exec env " + environment + " '" + MANTISSA_PROGRAM + "' " + arguments + " <'" + base_ +
                             ".in' >'" + base_ + ".out' 2>'" + base_ + ".err'";
    std::string shell = "/bin/sh", option = "-c", command = line;
    char* const words[]{shell.data(), option.data(), command.data(), nullptr};
    if (posix_spawn(&process_, "/bin/sh", nullptr, nullptr, words, environ) != 0) process_ = -1;
}

ProgramRun StartedProgram::finish() {
    ProgramRun run;
    int status = 0;
    rusage usage{};
    if (process_ > 0 && wait4(process_, &status, 0, &usage) == process_) {
        run.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        run.peakBytes = std::int64_t{usage.ru_maxrss} * 1024;
    }
    std::filesystem::remove(base_ + ".in");
    run.output = readAndRemove(base_ + ".out");
    run.errors = readAndRemove(base_ + ".err");
    return run;
}

ProgramRun runProgram(const std::string& arguments, const std::string& input, const std::string& environment) {
    return StartedProgram(arguments, input, environment).finish();
}

}  // namespace mantissa::test
