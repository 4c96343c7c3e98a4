#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "cli/program.h"
#include "hub/fake_hub.h"
#include "temporary_folder.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using test::FakeHub;
using test::HubReply;
using test::HubRequest;
using test::ProgramRun;
using test::runProgram;

std::string contentOf(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// The program, a hub with a model that it runs, and an empty cache.
class ModelsGet : public testing::Test {
  protected:
    ModelsGet() {
        hub_.describe("simple_cnn", "SimpleCNN");
        for (const char* name : {"config.json", "preprocessor_config.json", "model.safetensors"})
            hub_.add(name, contentOf(fs::path(MANTISSA_SOURCE_DIR) / "models" / "simple-cnn-cifar10" / name),
                     name == std::string("model.safetensors") ? FakeHub::Storage::lfs : FakeHub::Storage::git);
        hub_.add("tf_model.h5", "not wanted", FakeHub::Storage::lfs);
    }
    std::string environment() const {
        return "-u HF_HUB_CACHE -u HUGGINGFACE_HUB_CACHE -u HF_HUB_OFFLINE -u HF_TOKEN no_proxy=127.0.0.1,127.0.0.2 "
               "HF_ENDPOINT=" +
               hub_.endpoint() + " HF_HOME=" + home_.path().string();
    }
    ProgramRun get(const std::string& arguments, const std::string& more = {}) const {
        return runProgram("models get " + arguments, {}, environment() + " " + more);
    }
    fs::path snapshot() const { return home_.path() / "hub" / "models--apple--tiny" / "snapshots" / hub_.commit(); }

    FakeHub hub_;
    test::TemporaryFolder home_;
};

TEST_F(ModelsGet, FetchesAModelThatThenRuns) {
    const ProgramRun run = get("apple/tiny");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    for (const char* part : {"apple/tiny at 127.0.0.1:", "commit cccccccccccc: SimpleCNN", "\nconfig.json ",
                             "\nmodel.safetensors ", "\nto fetch ", "mantissa compare --model apple/tiny"})
        EXPECT_NE(run.output.find(part), std::string::npos) << part << "\n" << run.output;
    EXPECT_NE(run.output.find(snapshot().string()), std::string::npos) << run.output;
    EXPECT_EQ(run.output.find("tf_model"), std::string::npos);
    EXPECT_FALSE(fs::exists(snapshot() / "tf_model.h5"));

    const ProgramRun compared = runProgram("compare --runs 0 --model apple/tiny", {}, environment());
    EXPECT_EQ(compared.exitCode, 0) << compared.errors;
    const ProgramRun listed = runProgram("models", {}, environment());
    EXPECT_NE(listed.output.find("apple/tiny "), std::string::npos) << listed.output;

    const auto before = hub_.requests().size();
    const ProgramRun again = get("apple/tiny");
    EXPECT_EQ(again.exitCode, 0) << again.errors;
    EXPECT_NE(again.output.find("here already"), std::string::npos) << again.output;
    EXPECT_EQ(hub_.requests().size(), before + 1);
}

TEST_F(ModelsGet, ADryRunOnlyLists) {
    const ProgramRun run = get("apple/tiny --dry-run");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_NE(run.output.find("\nmodel.safetensors "), std::string::npos) << run.output;
    EXPECT_EQ(hub_.requests().size(), 1U);
    EXPECT_TRUE(fs::is_empty(home_.path()));
}

TEST_F(ModelsGet, SaysInOneLineWhatWentWrong) {
    const auto fails = [&](const std::string& arguments, int code, const std::string& words,
                           const std::string& more = {}) {
        const ProgramRun run = get(arguments, more);
        EXPECT_EQ(run.exitCode, code) << arguments;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
        EXPECT_NE(run.errors.find(words), std::string::npos) << run.errors;
    };
    fails("apple/other", 1, "mantissa: apple/other: there is no such model");
    fails("../../etc", 2, "is no model's name");
    fails("apple/tiny@..", 2, "cannot be a revision");
    fails("", 2, "see mantissa models get --help");
    fails("apple/tiny", 2, "HF_ENDPOINT: ", "HF_ENDPOINT=nonsense");
    fails("apple/tiny", 2, "HF_HUB_OFFLINE: ", "HF_HUB_OFFLINE=1");
    EXPECT_EQ(hub_.requests().size(), 1U);
    hub_.answer("/content/", HubReply{.body = "x"});
    fails("apple/tiny", 1, "mantissa: apple/tiny/model.safetensors: ");
    EXPECT_FALSE(fs::exists(snapshot()));
}

TEST_F(ModelsGet, AnInterruptKeepsWhatCameAndTheNextRunGoesOn) {
    hub_.answer("/content/", [this](const HubRequest& request) {
        HubReply reply = hub_.honest(request);
        if (request.range.empty()) reply.pauseMs = 200;
        return reply;
    });
    test::StartedProgram program("models get apple/tiny", {}, environment());
    for (int i = 0; i < 600 && hub_.bytesSent() < 40'000; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    kill(program.id(), SIGINT);
    const ProgramRun run = program.finish();
    EXPECT_EQ(run.exitCode, 130) << run.errors;
    EXPECT_EQ(run.errorLines(), 1) << run.errors;
    EXPECT_FALSE(fs::exists(snapshot()));
    const ProgramRun again = get("apple/tiny");
    EXPECT_EQ(again.exitCode, 0) << again.errors;
    EXPECT_TRUE(hub_.requests().back().range.starts_with("bytes=")) << hub_.requests().back().path;
}

TEST_F(ModelsGet, NoOtherCommandReachesTheNetwork) {
    for (const char* command :
         {"models", "models --json -", "compare --runs 0 --model apple/tiny", "models get --help"})
        runProgram(command, {}, environment());
    EXPECT_EQ(hub_.requests().size(), 0U);
}

TEST_F(ModelsGet, TheListSuggestsModelsThatAreNotHere) {
    const ProgramRun run = runProgram("models", {}, environment());
    for (const char* name : {"apple/mobilevit-small", "apple/mobilevit-x-small", "apple/mobilevit-xx-small",
                             "google/vit-base-patch16-224", "microsoft/resnet-50"})
        EXPECT_NE(run.output.find(std::string("mantissa models get ") + name + " "), std::string::npos) << run.output;
}

}  // namespace
}  // namespace mantissa
