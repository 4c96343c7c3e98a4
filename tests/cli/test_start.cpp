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
    for (const std::string display : {"", " DISPLAY=", " DISPLAY=:987", " WAYLAND_DISPLAY=wayland-987"}) {
        const ProgramRun run = runProgram("", {}, (kNoDisplay + display).c_str());
        EXPECT_EQ(run.exitCode, 1) << display;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
        EXPECT_NE(run.errors.find("there is no display"), std::string::npos) << run.errors;
    }
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

TEST(Start, SaysInOneLineWhichWordsFit) {
    const auto fault = [](const std::string& arguments) {
        const ProgramRun run = runProgram(arguments);
        EXPECT_EQ(run.exitCode, 2) << arguments;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
        return run.errors;
    };
    const auto says = [&](const std::string& arguments, const std::string& words) {
        const std::string text = fault(arguments);
        EXPECT_NE(text.find(words), std::string::npos) << text;
    };
    for (const char* word : {"foo", "4"})
        says(std::string("formats --value 1 --round ") + word,
             "“" + std::string(word) +
                 "” is none of nearest-even, nearest-away, toward-zero, up, down, to-odd or stochastic");
    says("formats --value 1 --overflow foo", "“foo” is none of ieee or saturate");
    says("compare --mode nativ", "“nativ” is none of auto, native or emulated");
    says("dot --seed -1", "“-1” is no whole number from 0 to 18446744073709551615");
    says("dot --seed 99999999999999999999", "“99999999999999999999” is no whole number from 0 to");
    says("dot --n 1e-3", "“1e-3” is no whole number from 1 to 100000000");
    says("dot --layer fc", "--data neuron");
    says("dot --data ones --image x.png", "--data neuron");
    says("compare --image ''", "--image: is given an empty word");
    says("compare --model ''", "--model: is given an empty word");
    says("compare --formats ''", "--formats: is given an empty word");
    says("compare --formats 'bf16, ,fp16'", "there is no name of a format");
    says("compare --format bf16", "--format is no option of mantissa compare; did you mean --formats?");
    says("layers --formats bf16", "--formats is no option of mantissa layers; did you mean --format?");
    says("compare bf16", "“bf16” is one word more than mantissa compare takes");
    says("compare --formats e12m3", "1 to 11 exponent bits");
}

TEST(Start, TakesNumbersAndListsAsPeopleWriteThem) {
    const ProgramRun sum = runProgram("dot --n 1e3 --json -");
    EXPECT_EQ(sum.exitCode, 0) << sum.errors;
    EXPECT_NE(sum.output.find("\"n\": 1000"), std::string::npos) << sum.output;
    const ProgramRun blanks = runProgram("compare --runs 0 --formats 'bf16, fp16'");
    EXPECT_EQ(blanks.exitCode, 0) << blanks.errors;
    EXPECT_NE(blanks.output.find("FP16 keeps the answer"), std::string::npos) << blanks.output;
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
