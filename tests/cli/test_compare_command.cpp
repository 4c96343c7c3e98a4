#include <gtest/gtest.h>
#include <signal.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "cli/program.h"
#include "storage/safetensors_writer.h"
#include "temporary_folder.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::ProgramRun;
using test::runProgram;
using test::StartedProgram;
using test::TemporaryFolder;

ordered_json jsonOf(const std::string& arguments) {
    const ProgramRun run = runProgram("compare --json - " + arguments);
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    return ordered_json::parse(run.output, nullptr, false);
}

std::vector<std::string> keysOf(const ordered_json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.push_back(key);
    return keys;
}

using Keys = std::vector<std::string>;

TEST(CompareCommand, ComparesTheBundledModelOnTheBundledPicture) {
    const ProgramRun run = runProgram("compare --runs 3");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");  // standard error is no terminal: no progress
    for (const char* part :
         {"FP32", "BF16", "FP16", "native", "latency, median (ms)", "weights and buffers", "top 5 of FP32", "mean |Δ|",
          "max |Δ|", "SQNR (dB)", "same first class", "BF16 keeps the answer"})
        EXPECT_NE(run.output.find(part), std::string::npos) << part << "\n" << run.output;
}

TEST(CompareCommand, JsonHasTheDocumentedKeysInOrder) {
    const auto json = jsonOf("--runs 1 --formats fp32,bf16,e5m2");
    EXPECT_EQ(keysOf(json), (Keys{"schema", "environment", "model", "image", "reference", "runs", "comparisons"}));
    EXPECT_EQ(json["schema"], "mantissa.compare/1");
    EXPECT_EQ(keysOf(json["environment"]), (Keys{"mantissa", "libtorch", "opencv", "cpu", "threads"}));
    EXPECT_EQ(keysOf(json["model"]), (Keys{"path", "sha256", "kind", "architecture", "parameters", "buffers", "bytes",
                                           "input", "labels", "notes"}));
    EXPECT_EQ(keysOf(json["model"]["bytes"]), (Keys{"fp32", "bf16", "e5m2"}));
    for (const char* key : {"height", "width", "channels", "channel_order"})
        EXPECT_TRUE(json["model"]["input"].contains(key)) << key;
    EXPECT_EQ(keysOf(json["image"]), (Keys{"path", "sha256", "width", "height"}));
    EXPECT_EQ(json["image"]["sha256"].get<std::string>().size(), 64U);
    ASSERT_EQ(json["runs"].size(), 3U);
    for (const auto& run : json["runs"]) {
        EXPECT_EQ(keysOf(run), (Keys{"format", "mode", "ok", "latency_ms", "memory", "logits", "top", "nan", "inf"}));
        EXPECT_EQ(keysOf(run["memory"]), (Keys{"weight_bytes", "scale_bytes", "activation_peak_bytes"}));
        EXPECT_EQ(keysOf(run["top"][0]), (Keys{"index", "label", "logit", "probability"}));
        EXPECT_EQ(run["logits"].size(), 10U);
    }
    EXPECT_EQ(keysOf(json["runs"][0]["latency_ms"]), (Keys{"min", "median", "max", "runs"}));
    EXPECT_EQ(json["runs"][0]["mode"], "native");
    EXPECT_EQ(json["runs"][2]["mode"], "emulated");
    EXPECT_TRUE(json["runs"][2]["latency_ms"].is_null());
    ASSERT_EQ(json["comparisons"].size(), 2U);
    const Keys metrics{"candidate",   "against",      "mean_abs",         "max_abs", "max_abs_index", "rmse",
                       "max_rel",     "cosine",       "sqnr_db",          "kl",      "ulp_median",    "ulp_max",
                       "top1_agrees", "topk_overlap", "reference_margin", "verdict", "histogram"};
    for (const auto& comparison : json["comparisons"]) {
        EXPECT_EQ(comparison["against"], "fp32");
        std::size_t next = 0;
        for (const auto& key : keysOf(comparison))
            if (next < metrics.size() && key == metrics[next]) ++next;
        EXPECT_EQ(next, metrics.size()) << "after " << (next > 0 ? metrics[next - 1] : "nothing");
        EXPECT_EQ(comparison["histogram"]["edges"].size(), comparison["histogram"]["counts"].size() + 1);
    }
}

TEST(CompareCommand, TakesFormatsReferenceScopeTopAndThreads) {
    const auto json = jsonOf("--runs 0 --reference BFloat16 --formats half,bf16,e6m9,half --top 3 --threads 1");
    EXPECT_EQ(json["reference"], "bf16");
    EXPECT_EQ(json["environment"]["threads"], 1);
    ASSERT_EQ(json["runs"].size(), 3U);
    EXPECT_EQ(json["runs"][0]["format"], "bf16");
    EXPECT_EQ(json["runs"][1]["format"], "fp16");
    EXPECT_EQ(json["runs"][2]["format"], "e6m9");
    EXPECT_EQ(json["runs"][0]["top"].size(), 3U);
    EXPECT_TRUE(json["runs"][0]["latency_ms"].is_null());

    const auto emulated = jsonOf("--runs 1 --mode emulated --formats bf16");
    EXPECT_EQ(emulated["runs"][1]["mode"], "emulated");
    const auto both = jsonOf("--runs 0 --mode emulated --formats bf16");
    const auto weights = jsonOf("--runs 0 --scope weights --formats bf16");
    EXPECT_EQ(weights["runs"][1]["mode"], "emulated");
    EXPECT_NE(weights["runs"][1]["logits"], both["runs"][1]["logits"]);
    EXPECT_EQ(emulated["runs"][1]["logits"], both["runs"][1]["logits"]);
}

TEST(CompareCommand, WritesJsonAndCsvToFilesBesideTheTable) {
    const TemporaryFolder folder;
    const fs::path json = folder.path() / "out.json", csv = folder.path() / "out.csv";
    const ProgramRun run =
        runProgram("compare --runs 0 --formats bf16 --json '" + json.string() + "' --csv '" + csv.string() + "'");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_NE(run.output.find("mean |Δ|"), std::string::npos);
    std::ifstream written(json);
    EXPECT_EQ(ordered_json::parse(written)["runs"].size(), 2U);
    std::ifstream rows(csv);
    std::string line;
    std::getline(rows, line);
    EXPECT_TRUE(line.starts_with("format,mode,ok,")) << line;
    std::getline(rows, line);
    EXPECT_TRUE(line.starts_with("fp32,native,true,")) << line;
    std::getline(rows, line);
    EXPECT_TRUE(line.starts_with("bf16,native,true,")) << line;
}

TEST(CompareCommand, ExportsEveryChartAndSaysWhere) {
    const TemporaryFolder folder;
    const fs::path charts = folder.path() / "charts";
    const ProgramRun run = runProgram("compare --runs 1 --formats bf16,e5m2 --export-dir '" + charts.string() + "'", {},
                                      "-u DISPLAY -u WAYLAND_DISPLAY -u QT_QPA_PLATFORM");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    EXPECT_NE(run.output.find(charts.string()), std::string::npos) << run.output;
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(charts)) {
        ++count;
        EXPECT_EQ(entry.path().extension(), ".png");
        EXPECT_NE(run.output.find(entry.path().filename().string()), std::string::npos) << entry.path();
        char magic[8]{};
        std::ifstream(entry.path(), std::ios::binary).read(magic, sizeof magic);
        EXPECT_EQ(std::string(magic, 8), "\x89PNG\r\n\x1a\n") << entry.path();
        EXPECT_GT(entry.file_size(), 5000U) << entry.path();
    }
    EXPECT_GE(count, 8U);
    EXPECT_TRUE(fs::exists(charts / "differences-bf16.png"));
    EXPECT_TRUE(fs::exists(charts / "differences-e5m2.png"));
}

TEST(CompareCommand, ExitsWithOneWhereAFormatDoesNotRunAsAsked) {
    const ProgramRun run = runProgram("compare --runs 0 --mode native --formats bf16,e5m2");
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_EQ(run.errorLines(), 1) << run.errors;
    EXPECT_TRUE(run.errors.starts_with("mantissa: FP8 E5M2 did not run: ")) << run.errors;
    EXPECT_EQ(run.output.find("did not run"), std::string::npos) << "said once: " << run.output;
    // What did run is said all the same.
    EXPECT_NE(run.output.find("BF16 keeps the answer"), std::string::npos) << run.output;
    EXPECT_EQ(runProgram("compare --runs 0 --formats bf16,e5m2").exitCode, 0)
        << "emulated where nothing else was asked";
}

TEST(CompareCommand, NamesTheClassOfTheLargestDifference) {
    const auto json = jsonOf("--runs 0 --formats e5m2 --top 10");
    const auto index = json["comparisons"][0]["max_abs_index"].get<std::size_t>();
    std::string label;
    for (const auto& top : json["runs"][0]["top"])
        if (top["index"] == index) label = top["label"];
    ASSERT_FALSE(label.empty());
    const ProgramRun run = runProgram("compare --runs 0 --formats e5m2");
    const auto row = run.output.find("at output");
    ASSERT_NE(row, std::string::npos);
    const std::string line = run.output.substr(row, run.output.find('\n', row) - row);
    EXPECT_TRUE(line.ends_with(" " + std::to_string(index) + ": " + label)) << line;
}

TEST(CompareCommand, FindsModelsAtHandByName) {
    EXPECT_EQ(jsonOf("--runs 0 --formats bf16 --model simple-cnn-cifar10")["model"]["architecture"], "SimpleCNN");
    const ProgramRun run = runProgram("compare --model simple-cnn-cifar100");
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_EQ(run.errorLines(), 1) << run.errors;
    EXPECT_NE(run.errors.find("mantissa models"), std::string::npos) << run.errors;
}

TEST(CompareCommand, SaysBeforeTheWorkThatAResultCannotBeWritten) {
    const TemporaryFolder folder;
    const fs::path file = folder.write("file", "x");
    for (const std::string& option :
         {std::string("--json /nowhere/out.json"), std::string("--csv /nowhere/out.csv"),
          "--export-dir '" + file.string() + "'", "--export-dir '" + (file / "charts").string() + "'",
          std::string("--export-dir /proc/nowhere/charts")}) {
        const ProgramRun run = runProgram("compare --runs 0 " + option);
        EXPECT_EQ(run.exitCode, 1) << option;
        EXPECT_EQ(run.output, "") << option;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
    }
}

TEST(CompareCommand, NamesWhatATensorFileHolds) {
    const std::string weights = MANTISSA_SOURCE_DIR "/models/simple-cnn-cifar10/model.safetensors";
    const ProgramRun several = runProgram("compare --input '" + weights + "'");
    EXPECT_EQ(several.exitCode, 2);
    EXPECT_NE(several.errors.find("conv1.weight [16, 3, 3, 3]"), std::string::npos) << several.errors;
    const ProgramRun absent = runProgram("compare --input '" + weights + ":pixel_values'");
    EXPECT_EQ(absent.exitCode, 2);
    EXPECT_NE(absent.errors.find("pixel_values"), std::string::npos) << absent.errors;
    const ProgramRun shape = runProgram("compare --input '" + weights + ":fc.bias'");
    EXPECT_EQ(shape.exitCode, 2);
    EXPECT_NE(shape.errors.find("[10]"), std::string::npos) << shape.errors;
    const ProgramRun batch = runProgram("compare --input '" + weights + ":conv1.weight'");
    EXPECT_EQ(batch.exitCode, 2);
    EXPECT_NE(batch.errors.find("conv1.weight[0]"), std::string::npos) << batch.errors;
    EXPECT_EQ(runProgram("compare --input '" + weights + ":conv1.weight[16]'").exitCode, 2);
    // A picture of 3 × 3 has nothing left after two poolings; the model says so, not a crash.
    const ProgramRun small =
        runProgram("compare --model simple-cnn-cifar10 --input '" + weights + ":conv1.weight[3]'");
    EXPECT_EQ(small.exitCode, 1);
    EXPECT_EQ(small.errorLines(), 1) << small.errors;
}

TEST(CompareCommand, KeepsALayerAlsoNatively) {
    const auto json = [](const std::string& arguments) {
        return jsonOf("--runs 0 --formats bf16 --mode native --model simple-cnn-cifar10 " + arguments);
    };
    EXPECT_NE(json("--keep fc")["runs"][1]["logits"], json("")["runs"][1]["logits"]);
    EXPECT_EQ(json("--keep 'fc, conv1'")["overrides"].size(), 2U);
}

TEST(CompareCommand, TellsALayerFromATensorAndFromASlip) {
    const std::string onSimpleCnn = "compare --runs 0 --model simple-cnn-cifar10 ";
    for (const std::string mode : {"native", "emulated"}) {
        const ProgramRun tensor = runProgram(onSimpleCnn + "--formats bf16 --keep fc.weight --mode " + mode);
        EXPECT_EQ(tensor.exitCode, 2);
        EXPECT_EQ(tensor.errors, "mantissa: fc.weight: is a tensor, not a layer; it belongs to the layer fc\n");
    }
    const ProgramRun slip = runProgram(onSimpleCnn + "--keep cnv1");
    EXPECT_EQ(slip.exitCode, 2);
    EXPECT_NE(slip.errors.find("did you mean conv1"), std::string::npos) << slip.errors;
}

TEST(CompareCommand, SaysWhatItAssumesOfTheInput) {
    const std::string source = MANTISSA_SOURCE_DIR "/models/simple-cnn-cifar10/model.safetensors";
    const TemporaryFolder folder;
    const fs::path alone = folder.path() / "alone.safetensors";
    fs::copy_file(source, alone);
    const ProgramRun run = runProgram("compare --runs 0 --model '" + alone.string() + "'");
    EXPECT_NE(run.output.find("\nassumed   "), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("32 × 32 px, RGB / 255, no mean taken off; its classes have no names"), std::string::npos)
        << run.output;
    const auto input = jsonOf("--runs 0 --model '" + alone.string() + "'")["model"]["input"];
    EXPECT_EQ(input["from_file"], false);
    EXPECT_EQ(input["assumed"], "32 × 32 px, RGB / 255, no mean taken off");
    // In its folder the files beside it say so.
    const ProgramRun known = runProgram("compare --runs 0 --model '" + source + "'");
    EXPECT_EQ(known.output.find("\nassumed "), std::string::npos) << known.output;
    EXPECT_NE(known.output.find("\nnote      Opened as the Hugging Face folder"), std::string::npos) << known.output;
    EXPECT_EQ(jsonOf("--runs 0 --model '" + source + "'")["runs"],
              jsonOf("--runs 0 --model simple-cnn-cifar10")["runs"]);
}

TEST(CompareCommand, HasNoRankingWhereALogitIsNan) {
    // Beyond 65504, FP16's largest: infinities, and NaN where they meet.
    const TemporaryFolder folder;
    const std::vector<float> values(std::size_t{3} * 32 * 32, 1e5F);
    TensorRecord record;
    record.name = "x";
    record.shape = {1, 3, 32, 32};
    record.bytes = std::as_bytes(std::span(values));
    const fs::path file = folder.path() / "x.safetensors";
    ASSERT_TRUE(writeSafetensors(file, {&record, 1}));
    const std::string asked = "--runs 0 --formats fp16 --input '" + file.string() + "'";
    const auto json = jsonOf(asked);
    ASSERT_GT(json["runs"][1]["nan"], 0);
    EXPECT_TRUE(json["runs"][1]["top"].empty());
    EXPECT_EQ(json["comparisons"][0]["outcome"], "none");
    EXPECT_EQ(json["comparisons"][0]["top1_agrees"], false);
    const ProgramRun text = runProgram("compare " + asked);
    EXPECT_NE(text.output.find("NaN: no top-1"), std::string::npos) << text.output;
    EXPECT_EQ(text.output.find("-nan"), std::string::npos) << text.output;
    EXPECT_EQ(text.output.find('#', text.output.find("(#:") + 3), std::string::npos) << text.output;
}

TEST(CompareCommand, SaysThatIntegersKeepTheirScales) {
    const ProgramRun run =
        runProgram("compare --runs 0 --formats int8 --weight-scales none --activation-scales none");
    EXPECT_NE(run.output.find("integer formats need scales and keep the usual ones"), std::string::npos) << run.output;
}

/// Whether the process has blocked SIGINT, which it does where a thread of its own takes it.
bool takesInterrupts(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("SigBlk:")) return (std::stoull(line.substr(7), nullptr, 16) & 2U) != 0;
    return false;
}

TEST(CompareCommand, StopsWhenInterruptedAndLeavesNoFile) {
    const TemporaryFolder folder;
    const std::string base = folder.path().string();
    StartedProgram program("compare --runs 1000000 --json " + base + "/a.json --csv " + base + "/a.csv --export-dir " +
                           base + "/charts");
    for (int i = 0; i < 600 && !takesInterrupts(program.id()); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_TRUE(takesInterrupts(program.id()));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    kill(program.id(), SIGINT);
    const ProgramRun run = program.finish();
    EXPECT_EQ(run.exitCode, 130);
    EXPECT_EQ(run.output, "");
    EXPECT_EQ(run.errors, "mantissa: interrupted\n");
    EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace mantissa
