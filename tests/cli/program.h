#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace mantissa::test {

/// What a run of the program left behind.
struct ProgramRun {
    int exitCode = -1;  ///< −1 where a signal ended it
    std::string output;
    std::string errors;
    std::int64_t peakBytes = 0;  ///< most resident memory

    /// How many lines stand on standard error.
    int errorLines() const;
};

/// A run of the program that has begun.
class StartedProgram {
  public:
    /// `arguments` are a shell's words; `environment` is what `env` takes ("-u DISPLAY HF_HOME=/x").
    explicit StartedProgram(const std::string& arguments, const std::string& input = {},
                            const std::string& environment = {});
    StartedProgram(const StartedProgram&) = delete;
    StartedProgram& operator=(const StartedProgram&) = delete;

    pid_t id() const { return process_; }
    /// Waits for its end.
    ProgramRun finish();

  private:
    std::string base_;
    pid_t process_ = -1;
};

/// Runs `mantissa ARGUMENTS` to its end.
ProgramRun runProgram(const std::string& arguments, const std::string& input = {}, const std::string& environment = {});

}  // namespace mantissa::test
