#include <gtest/gtest.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "cli/program.h"
#include "study/cpu_features.h"
#include "temporary_folder.h"

namespace mantissa {
namespace {

using test::ProgramRun;
using test::runProgram;
using test::StartedProgram;
using test::TemporaryFolder;

constexpr const char* kNoDisplay = "-u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM";

TEST(Start, TellsVersionsAndProcessor) {
    const ProgramRun run = runProgram("--version", {}, kNoDisplay);
    EXPECT_EQ(run.exitCode, 0);
    EXPECT_EQ(run.errors, "");
    EXPECT_TRUE(run.output.starts_with("mantissa ")) << run.output;
    for (const char* library : {"\nLibTorch ", "\nQt ", "\nOpenCV ", "\nCPU "})
        EXPECT_NE(run.output.find(library), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("CPU capability " + cpuFeatures().libtorch), std::string::npos) << run.output;
}

TEST(Start, HelpsWithItselfAndWithEachCommand) {
    const ProgramRun all = runProgram("--help", {}, kNoDisplay);
    EXPECT_EQ(all.exitCode, 0);
    for (const char* command : {"compare", "formats", "inspect", "models"}) {
        EXPECT_NE(all.output.find("\n  " + std::string(command) + " "), std::string::npos) << all.output;
        const ProgramRun one = runProgram(std::string(command) + " --help", {}, kNoDisplay);
        EXPECT_EQ(one.exitCode, 0) << command;
        EXPECT_EQ(one.errors, "") << command;
        EXPECT_NE(one.output.find("--json"), std::string::npos) << one.output;
    }
}

TEST(Start, SaysThatTheWindowNeedsADisplay) {
    const ProgramRun run = runProgram("", {}, kNoDisplay);
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_EQ(run.errorLines(), 1) << run.errors;
    EXPECT_NE(run.errors.find("display"), std::string::npos) << run.errors;
}

TEST(Start, TellsAMisspeltCommandFromAMissingFile) {
    const ProgramRun command = runProgram("compair");
    EXPECT_EQ(command.exitCode, 2);
    EXPECT_EQ(command.errors, "mantissa: compair: is neither a command nor a file; see mantissa --help\n");
    const ProgramRun file = runProgram("pictures/cat.png");
    EXPECT_EQ(file.exitCode, 1);
    EXPECT_EQ(file.errors, "mantissa: pictures/cat.png: there is no such file or folder\n");
}

TEST(Start, RefusesWhatDoesNotFitInOneLine) {
    for (const char* arguments :
         {"--nonsense", "a b c", "compare --nonsense", "compare extra", "compare --top 0", "compare --runs -1",
          "compare --runs many", "compare --threads 0", "compare --mode sometimes", "compare --scope none",
          "compare --formats fp32,fp17", "compare --reference fp17", "compare --image a.png --input b.safetensors",
          "compare --json - --csv -", "compare --json", "inspect", "inspect a b", "inspect a --as fp17",
          "models extra"}) {
        const ProgramRun run = runProgram(arguments);
        EXPECT_EQ(run.exitCode, 2) << arguments;
        EXPECT_EQ(run.output, "") << arguments;
        EXPECT_EQ(run.errorLines(), 1) << arguments << "\n" << run.errors;
        EXPECT_TRUE(run.errors.starts_with("mantissa: ")) << run.errors;
    }
}

/// Whether `process` has mapped a file of this name.
bool hasLoaded(pid_t process, const std::string& name) {
    std::ifstream maps("/proc/" + std::to_string(process) + "/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find(name) != std::string::npos) return true;
    return false;
}

TEST(Start, OpensTheWindowWithoutACommand) {
    const TemporaryFolder settings;
    std::filesystem::permissions(settings.path(), std::filesystem::perms::owner_all);  // or Qt warns
    StartedProgram window("'" MANTISSA_SOURCE_DIR "/resources/samples/ship.png'", {},
                          "QT_QPA_PLATFORM=offscreen XDG_RUNTIME_DIR='" + settings.path().string() +
                              "' XDG_CONFIG_HOME='" + settings.path().string() + "'");
    // Qt loads its platform when the window's application begins.
    bool opened = false;
    for (int i = 0; i < 600 && !opened; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        opened = hasLoaded(window.id(), "libqoffscreen.so");
    }
    EXPECT_TRUE(opened);
    kill(window.id(), SIGTERM);
    EXPECT_EQ(window.finish().errors, "");
}

}  // namespace
}  // namespace mantissa
