#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "numerics/value_text.h"

namespace mantissa {
namespace {

using nlohmann::ordered_json;
using test::runProgram;

TEST(FormatsCommand, ListsTheLimitsOfEveryFormat) {
    const auto run = runProgram("formats");
    EXPECT_EQ(run.exitCode, 0);
    EXPECT_EQ(run.errors, "");
    std::istringstream lines(run.output);
    std::string line;
    std::getline(lines, line);
    for (const Format& f : knownFormats()) {
        std::getline(lines, line);
        EXPECT_TRUE(line.starts_with(f.name + " ")) << line;
    }
    for (const Format& f : scaledFormats()) {
        std::getline(lines, line);
        EXPECT_TRUE(line.starts_with(f.name + " ")) << line;
    }
    EXPECT_TRUE(line.ends_with("16 × e4m3")) << line;
    EXPECT_FALSE(std::getline(lines, line));
}

TEST(FormatsCommand, NamedFormatsComeWithTheirUsesAndSources) {
    const auto run = runProgram("formats bf16 mxfp4 e6m9");
    EXPECT_EQ(run.exitCode, 0);
    EXPECT_NE(run.output.find("\nBF16 is used by\n"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("\nMXFP4 is used by\n"), std::string::npos) << run.output;
    EXPECT_EQ(run.output.find("e6m9 is used by"), std::string::npos) << run.output;
    const auto json = ordered_json::parse(runProgram("formats mxfp4 int4-affine fp16 --json -").output);
    const auto& mx = json["formats"][0];
    EXPECT_EQ(mx["scaling"], "mx");
    EXPECT_EQ(mx["element"], "e2m1");
    EXPECT_EQ(mx["block_size"], 32);
    EXPECT_EQ(mx["scale_format"], "e8m0");
    ASSERT_FALSE(mx["uses"].empty());
    for (const auto& use : mx["uses"])
        for (const char* key : {"user", "how", "source"}) EXPECT_FALSE(use[key].get<std::string>().empty());
    EXPECT_EQ(json["formats"][1]["scaling"], "affine");
    EXPECT_FALSE(json["formats"][1].contains("block_size"));
    EXPECT_EQ(json["formats"][2]["scaling"], "none");
}

TEST(FormatsCommand, CustomFormatsTakeBiasSpecialValuesAndSubnormals) {
    const auto json =
        ordered_json::parse(runProgram("formats e4m3b11fnuz E4M3IEEE e5m2b-40 e8m7nosub --json -").output)["formats"];
    EXPECT_EQ(json[0]["max"], 30);
    EXPECT_EQ(json[0]["specials"], "negative-zero-nan");
    EXPECT_EQ(json[1]["name"], "e4m3ieee");
    EXPECT_EQ(json[1]["max"], 240);
    EXPECT_EQ(json[2]["bias"], -40);
    EXPECT_EQ(json[3]["subnormals"], false);
    EXPECT_TRUE(json[3]["min_subnormal"].is_null());
    EXPECT_EQ(ordered_json::parse(runProgram("formats fp32 --value e5m2b-40:3c --json -").output)["value"], 0x1p55);
    EXPECT_NE(runProgram("formats --help").output.find("eXmY[bBIAS][ieee|fn|fnuz|f][nosub]"), std::string::npos);
}

TEST(FormatsCommand, GivesLimitsAsJson) {
    const auto run = runProgram("formats BF16 e6m9 int8 fp64 --json -");
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    const auto json = ordered_json::parse(run.output);
    EXPECT_EQ(json["schema"], "mantissa.formats/1");
    ASSERT_EQ(json["formats"].size(), 4u);
    EXPECT_EQ(json["formats"][0]["name"], "bf16");
    EXPECT_EQ(json["formats"][0]["max"], limits(format("bf16")).max);
    EXPECT_EQ(json["formats"][0]["nans"], 254);
    EXPECT_EQ(json["formats"][0]["codes"], 65536);
    EXPECT_EQ(json["formats"][1]["bias"], 31);
    EXPECT_EQ(json["formats"][2]["kind"], "integer");
    EXPECT_EQ(json["formats"][3]["codes"].get<double>(), 0x1p64);
}

TEST(FormatsCommand, ShowsAValueInEachFormat) {
    const auto run = runProgram("formats bf16 fp16 --value 0.1");
    EXPECT_EQ(run.exitCode, 0);
    EXPECT_NE(run.output.find("0 01111011 1001101"), std::string::npos) << run.output;
    EXPECT_NE(run.output.find("0.0999755859375"), std::string::npos) << run.output;
    const auto json =
        ordered_json::parse(runProgram("formats bf16 e4m3 --value=-1e9 --overflow saturate --json -").output);
    EXPECT_EQ(json["formats"][1]["value"], -448);
    EXPECT_EQ(json["formats"][1]["code"], "fe");
    const auto overflowing = ordered_json::parse(runProgram("formats fp16 e4m3 --value 1e9 --json -").output);
    EXPECT_EQ(overflowing["formats"][0]["value"], "inf");
    EXPECT_EQ(overflowing["formats"][0]["class"], "infinity");
    EXPECT_EQ(overflowing["formats"][1]["value"], "nan");
}

TEST(FormatsCommand, StatesTheLowestValueAndOnlyTheLimitsThereAre) {
    const auto json = ordered_json::parse(runProgram("formats int8 e8m0 e1m3 e1m0 --json -").output)["formats"];
    EXPECT_EQ(json[0]["lowest"], -128);
    EXPECT_TRUE(json[0]["min_subnormal"].is_null());
    EXPECT_TRUE(json[1]["min_subnormal"].is_null());
    EXPECT_TRUE(json[2]["min_normal"].is_null());
    EXPECT_EQ(json[2]["epsilon"], 0.25);
    EXPECT_TRUE(json[3]["dynamic_range_db"].is_null());
    const std::string text = runProgram("formats int8").output;
    EXPECT_NE(text.find("codes"), std::string::npos);
    EXPECT_NE(text.find("  256  "), std::string::npos) << text;
    EXPECT_NE(text.find("-128"), std::string::npos) << text;
}

TEST(FormatsCommand, WhatUnderflowsFp64IsNotExact) {
    for (const char* value : {"1e-400", "2^-1075", "1+2^-2000"}) {
        const auto stored = ordered_json::parse(
            runProgram(std::string("formats fp64 --value ") + value + " --json -").output)["formats"][0];
        EXPECT_EQ(stored["exact"], false) << value;
        EXPECT_LT(stored["error"], 0) << value;
    }
}

TEST(FormatsCommand, StoresIntegersWithAScaleAndAZeroPoint) {
    const auto json = ordered_json::parse(
        runProgram("formats int8-affine int8 --value 1.03 --scale 0.5 --zero-point -3 --json -").output);
    EXPECT_EQ(json["scale"], 0.5);
    EXPECT_EQ(json["zero_point"], -3);
    for (const auto& stored : json["formats"]) {
        EXPECT_EQ(stored["code"], "ff");  // −1, and (−1 − −3) × 0.5
        EXPECT_EQ(stored["value"], 1);
        EXPECT_DOUBLE_EQ(stored["error"].get<double>(), -0.03);
        EXPECT_EQ(stored["ulp"], 0.5);
        EXPECT_EQ(stored["next_up"]["value"], 1.5);
    }
    EXPECT_EQ(runProgram("formats int4 --scale 0.25 --values -", "0.3\n9\n").output, "0.3\t1\t0.25\n9\t7\t1.75\n");
    const auto refused = [](const std::string& arguments) {
        const auto run = runProgram("formats " + arguments);
        EXPECT_EQ(run.exitCode, 2) << arguments;
        return run.errors;
    };
    EXPECT_EQ(refused("bf16 --value 1 --scale 2"),
              "mantissa: bf16: takes no scale and no zero point; integers do, such as int8\n");
    EXPECT_NE(refused("int8 --value 1 --scale 0").find("a scale is positive"), std::string::npos);
    EXPECT_NE(refused("int4 --value 1 --zero-point 9").find("from -8 to 7"), std::string::npos);
    EXPECT_NE(refused("int8 --scale 2").find("--value"), std::string::npos);
    EXPECT_NE(refused("--value 1 --scale 2").find("such as int8"), std::string::npos);
    EXPECT_NE(refused("int8-affine --value 1").find("--scale and --zero-point"), std::string::npos);
}

TEST(FormatsCommand, ReadsNegativeValuesAndBitsOfTheFirstFormat) {
    EXPECT_EQ(ordered_json::parse(runProgram("formats --value -0.5 --json -").output)["value"], -0.5);
    EXPECT_EQ(ordered_json::parse(runProgram("formats bf16 --value 0x3dcd --json -").output)["value"], 0.10009765625);
    EXPECT_EQ(ordered_json::parse(runProgram("formats --value 0x3dcccccd --json -").output)["value"],
              static_cast<double>(0.1f));
}

TEST(FormatsCommand, TurnsAListOfValuesIntoOneLineEach) {
    const auto run = runProgram("formats e4m3 bf16 --values -", "0.1\r\n\nf32:3dcccccd\n0x1.8p-3\n1 + 1\nnan");
    EXPECT_EQ(run.exitCode, 0);
    EXPECT_EQ(run.output,
              "0.1\t1d\t0.1015625\t3dcd\t0.10009765625\n"
              "f32:3dcccccd\t1d\t0.1015625\t3dcd\t0.10009765625\n"
              "0x1.8p-3\t24\t0.1875\t3e40\t0.1875\n"
              "1 + 1\t40\t2\t4000\t2\n"
              "nan\t7f\tnan\t7fc0\tnan\n");
}

TEST(FormatsCommand, GivesAListOfValuesAsJson) {
    const auto run = runProgram("formats e4m3 fp16 --values - --json -", "0.1\n70000\n");
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    const auto json = ordered_json::parse(run.output);
    ASSERT_EQ(json.size(), 2u);
    EXPECT_EQ(json[0]["input"], "0.1");
    EXPECT_EQ(json[0]["bits"], "f32:3dcccccd");
    EXPECT_EQ(json[0]["e4m3"]["code"], "1d");
    EXPECT_EQ(json[0]["e4m3"]["value"], 0.1015625);
    EXPECT_EQ(json[0]["e4m3"]["error"], 0.0015625);
    EXPECT_EQ(json[1]["fp16"]["value"], "inf");
    EXPECT_EQ(ordered_json::parse(runProgram("formats --values - --json -").output).size(), 0u);
}

TEST(FormatsCommand, RoundsAsAsked) {
    const auto codeOf = [](const std::string& arguments) {
        return ordered_json::parse(
            runProgram("formats bf16 --value 1.001 --json - " + arguments).output)["formats"][0]["code"];
    };
    EXPECT_EQ(codeOf(""), "3f80");
    EXPECT_EQ(codeOf("--round up"), "3f81");
    EXPECT_EQ(codeOf("--round to-odd"), "3f81");
    EXPECT_EQ(codeOf("--round toward-zero"), "3f80");
}

TEST(FormatsCommand, StochasticRoundingFollowsTheSeed) {
    std::string thousand;
    for (int i = 0; i < 1000; ++i) thousand += "1.001953125\n";  // a quarter of the way to the next BF16 value
    const auto first = runProgram("formats bf16 --values - --round stochastic --seed 7", thousand).output;
    EXPECT_EQ(runProgram("formats bf16 --values - --round stochastic --seed 7", thousand).output, first);
    EXPECT_NE(runProgram("formats bf16 --values - --round stochastic --seed 8", thousand).output, first);
    int up = 0;
    for (std::size_t at = 0; (at = first.find("3f81", at)) != std::string::npos; ++at) ++up;
    EXPECT_NEAR(up, 250, 5 * 13.7);  // five standard deviations
}

TEST(FormatsCommand, SaysWhatIsAtFault) {
    const auto unknown = runProgram("formats fp17");
    EXPECT_EQ(unknown.exitCode, 2);
    EXPECT_EQ(unknown.errors,
              "mantissa: fp17: is no number format; `mantissa formats` lists those there are, and eXmY makes others\n");
    const auto scaled = runProgram("formats mxfp4 --value 1");
    EXPECT_EQ(scaled.exitCode, 2);
    EXPECT_EQ(
        scaled.errors,
        "mantissa: mxfp4: stores values with a scale that many share, so one value has no code of its own; e2m1 is "
        "the format of its elements\n");
    EXPECT_EQ(runProgram("formats --value mxfp4:3").exitCode, 2);
    const auto value = runProgram("formats --value 0,1");
    EXPECT_EQ(value.exitCode, 2);
    EXPECT_EQ(value.errors, "mantissa: 0,1: character 2, “,”, is not understood\n");
    EXPECT_EQ(runProgram("formats --value ''").exitCode, 2);
    EXPECT_EQ(runProgram("formats --round sideways").exitCode, 2);
    EXPECT_EQ(runProgram("formats --value 1 --values -").exitCode, 2);
    const auto line = runProgram("formats --values - --json -", "1\n2\nx\n");
    EXPECT_EQ(line.exitCode, 1);
    EXPECT_EQ(line.output, "");
    EXPECT_TRUE(line.errors.starts_with("mantissa: standard input, line 3: x: character 1, “x”, is not understood"))
        << line.errors;
    const auto longLine = runProgram("formats --values -", std::string(100000, '1'));
    EXPECT_EQ(longLine.exitCode, 1);
    EXPECT_EQ(longLine.errors, "mantissa: standard input, line 1: the line is too long to be a value\n");
    const auto absent = runProgram("formats --values /nowhere/values.txt");
    EXPECT_EQ(absent.exitCode, 1);
    EXPECT_EQ(absent.errors, "mantissa: /nowhere/values.txt: cannot be opened\n");
    EXPECT_EQ(runProgram("formats --values /").exitCode, 1);
    EXPECT_EQ(runProgram("formats --json /nowhere/out.json").exitCode, 1);
}

TEST(FormatsCommand, AgreesWithTheReferenceTables) {
    const std::filesystem::path tables = std::filesystem::path(MANTISSA_TEST_DATA) / "formats";
    if (!std::filesystem::exists(tables)) GTEST_SKIP() << "no reference tables in " << tables;
    std::ifstream inputs(tables / "encode_inputs.u32.bin", std::ios::binary);
    std::ifstream codes(tables / "encode_float8_e4m3fn_saturating.u8.bin", std::ios::binary);
    std::string text;
    std::vector<std::string> expected;
    for (std::uint32_t bits; inputs.read(reinterpret_cast<char*>(&bits), sizeof bits);) {
        const std::string hex = "f32:" + codeText(format("fp32"), bits);
        const auto code = static_cast<unsigned char>(codes.get());
        text += hex + '\n';
        const bool isNan = std::isnan(std::bit_cast<float>(bits));
        expected.push_back(isNan ? ""
                                 : hex + '\t' + codeText(format("e4m3"), code) + '\t' +
                                       shortestText(decode(format("e4m3"), code)));
    }
    ASSERT_EQ(expected.size(), 20000u);
    std::istringstream lines(runProgram("formats e4m3 --overflow saturate --values -", text).output);
    std::string line;
    for (const auto& want : expected) {
        ASSERT_TRUE(std::getline(lines, line));
        ASSERT_TRUE(want.empty() || line == want) << line << " instead of " << want;
    }
}

}  // namespace
}  // namespace mantissa
