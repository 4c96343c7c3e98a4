#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace mantissa::test {

/// What a run of the program left behind.
struct ProgramRun {
    int exitCode = -1;
    std::string output;
    std::string errors;
};

/// Runs `mantissa ARGUMENTS`, a shell's words, with `input` on standard input.
inline ProgramRun runProgram(const std::string& arguments, const std::string& input = {}) {
    static int runs = 0;
    const auto base = std::filesystem::temp_directory_path() /
                      ("mantissa-cli-" + std::to_string(getpid()) + "-" + std::to_string(++runs));
    const auto inputFile = base.string() + ".in", errorFile = base.string() + ".err";
    std::ofstream(inputFile) << input;
    ProgramRun run;
    FILE* pipe = popen(
        (std::string(MANTISSA_PROGRAM) + " " + arguments + " <'" + inputFile + "' 2>'" + errorFile + "'").c_str(), "r");
    if (!pipe) return run;
    std::array<char, 4096> buffer{};
    for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) run.output.append(buffer.data(), n);
    const int status = pclose(pipe);
    run.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    std::stringstream errors;
    errors << std::ifstream(errorFile).rdbuf();
    run.errors = errors.str();
    std::filesystem::remove(inputFile);
    std::filesystem::remove(errorFile);
    return run;
}

}  // namespace mantissa::test
