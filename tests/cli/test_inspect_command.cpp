#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bounded_memory.h"
#include "cli/program.h"
#include "storage/safetensors_writer.h"
#include "temporary_folder.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::ProgramRun;
using test::runProgram;
using test::TemporaryFolder;

const std::string kBundled = MANTISSA_SOURCE_DIR "/models/simple-cnn-cifar10";
const fs::path kData = MANTISSA_TEST_DATA;

TEST(InspectCommand, ListsEveryTensor) {
    const ProgramRun run = runProgram("inspect '" + kBundled + "/model.safetensors' --as bf16,e4m3");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    for (const char* part : {"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc.weight", "fc.bias", "F32",
                             "[16, 3, 3, 3]", "6 tensors", "BF16", "FP8 E4M3", "overflow", "SQNR dB"})
        EXPECT_NE(run.output.find(part), std::string::npos) << part << "\n" << run.output;
}

TEST(InspectCommand, GivesTheSameAsJsonForAFolder) {
    const ProgramRun file = runProgram("inspect '" + kBundled + "/model.safetensors' --as bf16 --json -");
    const ProgramRun folder = runProgram("inspect '" + kBundled + "' --as bf16 --json -");
    EXPECT_EQ(file.exitCode, 0) << file.errors;
    EXPECT_EQ(folder.exitCode, 0) << folder.errors;
    const auto json = ordered_json::parse(file.output);
    EXPECT_EQ(json["schema"], "mantissa.inspect/1");
    EXPECT_EQ(json["form"], "safetensors");
    ASSERT_EQ(json["tensors"].size(), 6U);
    EXPECT_EQ(json["tensors"], ordered_json::parse(folder.output)["tensors"]);
    std::vector<std::string> keys;
    for (const auto& [key, value] : json["tensors"][0].items()) keys.push_back(key);
    EXPECT_EQ(keys, (std::vector<std::string>{"name", "dtype", "shape", "bytes", "min", "max", "mean", "nan", "inf",
                                              "casts"}));
    EXPECT_EQ(json["total"]["tensors"], 6);
    EXPECT_EQ(json["total"]["values"], json["total"]["bytes"].get<std::int64_t>() / 4);
}

TEST(InspectCommand, ReadsEveryDtypeOfTheReferenceFile) {
    const fs::path file = kData / "safetensors-bad/ok_dtypes.safetensors";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    const ProgramRun run = runProgram("inspect '" + file.string() + "' --as fp16 --json -");
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    const auto json = ordered_json::parse(run.output);
    const auto tensor = [&](const std::string& name) {
        for (const auto& one : json["tensors"])
            if (one["name"] == name) return one;
        return ordered_json();
    };
    EXPECT_EQ(tensor("i64")["dtype"], "I64");
    EXPECT_EQ(tensor("i64")["min"], -1);
    EXPECT_EQ(tensor("i64")["max"], 1099511627776);
    EXPECT_TRUE(tensor("i64")["casts"]["fp16"].is_null());
    EXPECT_EQ(tensor("u8")["max"], 255);
    EXPECT_EQ(tensor("bool")["dtype"], "BOOL");
    EXPECT_DOUBLE_EQ(tensor("bool")["mean"].get<double>(), 2.0 / 3);
    EXPECT_EQ(tensor("f8")["dtype"], "F8_E4M3");
    EXPECT_EQ(tensor("f8")["max"], 448);
    EXPECT_EQ(tensor("f8b")["max"], 57344);
    EXPECT_EQ(tensor("f8b")["casts"]["fp16"]["overflow"], 0);
    EXPECT_EQ(tensor("bf16")["max"], 1);
}

TEST(InspectCommand, ReadsPyTorchCheckpointsAndPrograms) {
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    ordered_json first;
    for (const char* name :
         {"simplecnn.safetensors", "simplecnn_state_dict.pth", "simplecnn_state_dict_legacy.pth",
          "simplecnn_checkpoint.pth", "simplecnn_traced.pt", "simplecnn_scripted.pt", "simplecnn.pt2"}) {
        const ProgramRun run = runProgram("inspect '" + (folder / name).string() + "' --as bf16 --json -");
        ASSERT_EQ(run.exitCode, 0) << name << run.errors;
        auto tensors = ordered_json::parse(run.output)["tensors"].get<std::vector<ordered_json>>();
        std::sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a["name"] < b["name"]; });
        ASSERT_EQ(tensors.size(), 6U) << name;
        if (first.is_null()) first = tensors;
        EXPECT_EQ(ordered_json(tensors), first) << name;
    }
}

TEST(InspectCommand, WritesCsv) {
    const TemporaryFolder folder;
    const fs::path csv = folder.path() / "tensors.csv";
    ASSERT_EQ(runProgram("inspect '" + kBundled + "' --as bf16,int8 --csv '" + csv.string() + "'").exitCode, 0);
    std::ifstream rows(csv);
    std::string line;
    std::getline(rows, line);
    EXPECT_EQ(line,
              "name,dtype,shape,bytes,min,max,mean,nan,inf,bf16_overflow,bf16_underflow,bf16_max_abs,bf16_sqnr_db,"
              "int8_overflow,int8_underflow,int8_max_abs,int8_sqnr_db\r");
    int count = 0;
    while (std::getline(rows, line)) ++count;
    EXPECT_EQ(count, 6);
}

TEST(InspectCommand, WritesIntegersInFullAndSaysWhatItDoesNotRead) {
    const TemporaryFolder folder;
    const std::vector<std::int64_t> integers{-9007199254740993, 9223372036854775807};
    const std::vector<std::uint8_t> packed{1, 2, 3};
    std::vector<TensorRecord> records(2);
    records[0].name = "i64";
    records[0].dtype = DType::i64;
    records[0].shape = {2};
    records[0].bytes = std::as_bytes(std::span(integers));
    records[1].name = "f6";
    records[1].dtype = DType::f6e2m3;
    records[1].shape = {4};
    records[1].bytes = std::as_bytes(std::span(packed));
    const fs::path file = folder.path() / "t.safetensors";
    ASSERT_TRUE(writeSafetensors(file, records));
    const ProgramRun text = runProgram("inspect '" + file.string() + "'");
    const ProgramRun csv = runProgram("inspect --csv - '" + file.string() + "'");
    const ProgramRun json = runProgram("inspect --json - '" + file.string() + "'");
    for (const ProgramRun* run : {&text, &csv, &json}) {
        EXPECT_EQ(run->exitCode, 0) << run->errors;
        for (const char* number : {"-9007199254740993", "9223372036854775807"})
            EXPECT_NE(run->output.find(number), std::string::npos) << run->output;
    }
    EXPECT_NE(text.output.find("F6_E2M3: values not read"), std::string::npos) << text.output;
    EXPECT_NE(csv.output.find("f6,F6_E2M3,[4],3,,,,0,0\r\n"), std::string::npos) << csv.output;
    const auto read = ordered_json::parse(json.output);
    EXPECT_EQ(read["tensors"][0]["max"].get<std::int64_t>(), integers[1]);
    EXPECT_TRUE(read["tensors"][1]["min"].is_null());
    EXPECT_NE(read["unread"].get<std::string>().find("F6_E2M3"), std::string::npos);
}

TEST(InspectCommand, LeavesControlCharactersOutOfTheTerminal) {
    const TemporaryFolder folder;
    const std::vector<float> values{1, 2};
    TensorRecord record;
    record.name = "evil\x1b[2J\nname";
    record.shape = {2};
    record.bytes = std::as_bytes(std::span(values));
    const fs::path file = folder.path() / "names.safetensors";
    ASSERT_TRUE(writeSafetensors(file, {&record, 1}));
    const ProgramRun run = runProgram("inspect '" + file.string() + "'");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.output.find('\x1b'), std::string::npos);
    EXPECT_NE(run.output.find("evil?[2J?name"), std::string::npos) << run.output;
    EXPECT_EQ(ordered_json::parse(runProgram("inspect --json - '" + file.string() + "'").output)["tensors"][0]["name"],
              record.name);
}

/// A file of `bytes` zeros after its header, which take no room on the disk.
fs::path hollowFile(const fs::path& path, std::uint64_t bytes) {
    const std::string header = R"({"w":{"dtype":"F32","shape":[)" + std::to_string(bytes / 4) +
                               R"(],"data_offsets":[0,)" + std::to_string(bytes) + "]}}";
    const std::uint64_t size = header.size();
    std::array<char, 8> length{};
    std::memcpy(length.data(), &size, 8);
    std::ofstream(path, std::ios::binary).write(length.data(), 8) << header;
    fs::resize_file(path, 8 + size + bytes);
    return path;
}

TEST(InspectCommand, TakesBoundedMemoryForALargeFile) {
    const TemporaryFolder folder;
    const ProgramRun small = runProgram("inspect --json - '" + kBundled + "' --as e5m2");
    const ProgramRun run =
        runProgram("inspect --json - --as e5m2 '" +
                   hollowFile(folder.path() / "large.safetensors", std::uint64_t{1} << 30).string() + "'");
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(ordered_json::parse(run.output)["total"]["values"], 1 << 28);
    if (test::kMemoryCanBeBounded) {
        EXPECT_LT(run.peakBytes, small.peakBytes + (std::int64_t{64} << 20));
    }
}

TEST(InspectCommand, ScalesIntegersAsComparisonsDoAndSaysSo) {
    const ProgramRun run = runProgram("inspect --as int8 '" + kBundled + "'");
    EXPECT_NE(run.output.find("INT8: one FP32 scale an output channel"), std::string::npos) << run.output;
    const auto json = ordered_json::parse(runProgram("inspect --as int8 --json - '" + kBundled + "'").output);
    EXPECT_GT(json["total"]["casts"]["int8"]["sqnr_db"], 30);
    EXPECT_NE(json["scaling"].get<std::string>().find("INT8"), std::string::npos);
}

TEST(InspectCommand, FindsModelsAtHandByName) {
    const auto tensors = [](const std::string& name) {
        return ordered_json::parse(runProgram("inspect --json - '" + name + "'").output)["tensors"];
    };
    EXPECT_EQ(tensors("simple-cnn-cifar10"), tensors(kBundled));
}

TEST(InspectCommand, RecognisesAPicture) {
    const TemporaryFolder folder;
    const fs::path picture = folder.write("cat.jpg", std::string("\xff\xd8\xff\xe0\0\x10JFIF and more", 20));
    const ProgramRun run = runProgram("inspect '" + picture.string() + "'");
    EXPECT_EQ(run.exitCode, 1);
    EXPECT_NE(run.errors.find("is a JPEG picture"), std::string::npos) << run.errors;
}

TEST(InspectCommand, SaysWhatIsNoCheckpoint) {
    for (const std::string& path :
         {std::string("/nowhere/model.safetensors"), std::string(MANTISSA_SOURCE_DIR "/LICENSE"),
          std::string(MANTISSA_SOURCE_DIR "/resources/samples/cat.png"), std::string(MANTISSA_SOURCE_DIR "/resources"),
          std::string("/dev/null")}) {
        const ProgramRun run = runProgram("inspect '" + path + "'");
        EXPECT_EQ(run.exitCode, 1) << path;
        EXPECT_EQ(run.output, "") << path;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
        EXPECT_NE(run.errors.find(path), std::string::npos) << run.errors;
    }
}

}  // namespace
}  // namespace mantissa
