#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "temporary_folder.h"
#include "numerics/rounding.h"
#include "storage/element_values.h"
#include "storage/safetensors_writer.h"
#include "study/checkpoint.h"

namespace mantissa {
namespace {

using test::TemporaryFolder;

/// A record of values that it keeps itself.
template <class T>
TensorRecord recordOf(const std::string& name, DType dtype, const std::vector<T>& values,
                      std::vector<std::int64_t> shape = {}) {
    const auto memory = std::make_shared<std::vector<T>>(values);
    TensorRecord record;
    record.name = name;
    record.dtype = dtype;
    record.shape =
        shape.empty() ? std::vector<std::int64_t>{static_cast<std::int64_t>(values.size())} : std::move(shape);
    record.bytes = std::as_bytes(std::span(*memory));
    record.owner = memory;
    return record;
}

CheckpointReport inspected(const std::vector<TensorRecord>& tensors, const std::vector<std::string>& formats) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "t.safetensors";
    const auto written = writeSafetensors(file, tensors);
    EXPECT_TRUE(written) << written.error().text();
    CheckpointRequest request{.path = file, .formats = {}};
    for (const auto& name : formats) request.formats.push_back(format(name));
    auto report = inspectCheckpoint(request);
    EXPECT_TRUE(report) << report.error().text();
    return *std::move(report);
}

const TensorSummary& find(const CheckpointReport& report, const std::string& name) {
    for (const auto& tensor : report.tensors)
        if (tensor.name == name) return tensor;
    throw std::out_of_range(name);
}

constexpr float kInf = std::numeric_limits<float>::infinity(), kNan = std::numeric_limits<float>::quiet_NaN();

TEST(InspectCheckpoint, CountsWhatIsNotFiniteAndDescribesTheRest) {
    const auto report =
        inspected({recordOf<float>("w", DType::f32, {1, -3, kNan, kInf, 4, -kInf, kNan, 0}, {2, 4}),
                   recordOf<float>("none", DType::f32, {kNan, kInf}), recordOf<float>("empty", DType::f32, {}, {0, 3})},
                  {"bf16"});
    const auto& w = find(report, "w");
    EXPECT_EQ(w.shape, (std::vector<std::int64_t>{2, 4}));
    EXPECT_EQ(w.bytes, 32);
    EXPECT_EQ(w.values.count, 8);
    EXPECT_EQ(w.values.nans, 2);
    EXPECT_EQ(w.values.infinities, 2);
    EXPECT_EQ(w.values.min, -3);
    EXPECT_EQ(w.values.max, 4);
    EXPECT_EQ(w.values.mean, 0.5);
    EXPECT_FALSE(find(report, "none").values.min);
    EXPECT_EQ(find(report, "empty").values.count, 0);
    ASSERT_EQ(find(report, "empty").casts.size(), 1U);
    EXPECT_FALSE(find(report, "empty").casts[0].sqnrDb);
    EXPECT_EQ(report.values.count, 10);
    EXPECT_EQ(report.values.nans, 3);
    EXPECT_EQ(report.bytes, 40);
}

TEST(InspectCheckpoint, SaysWhatACastLoses) {
    // 70000 and −1e9 are beyond FP16; 1e-9 is below half its smallest subnormal, 2^-25 a tie that goes to zero.
    const auto report =
        inspected({recordOf<float>("w", DType::f32, {70000, -1e9F, 1e-9F, 0x1p-25F, 1, 0, 1.0001F, kInf, kNan})},
                  {"fp16", "fp32", "e4m3", "e2m1", "int8"});
    const auto& casts = find(report, "w").casts;
    ASSERT_EQ(casts.size(), 5U);
    EXPECT_EQ(casts[0].overflows, 2);
    EXPECT_EQ(casts[0].underflows, 2);
    EXPECT_DOUBLE_EQ(casts[0].maxAbs, static_cast<double>(1.0001F) - 1);
    EXPECT_EQ(casts[1].overflows, 0);
    EXPECT_EQ(casts[1].underflows, 0);
    EXPECT_EQ(casts[1].maxAbs, 0);
    EXPECT_EQ(casts[1].sqnrDb, std::numeric_limits<double>::infinity());
    EXPECT_EQ(casts[2].overflows, 2);
    EXPECT_EQ(casts[3].overflows, 2);  // the largest value, 6, takes their place; that is no less a loss
    EXPECT_EQ(casts[4].maxAbs, 0);  // a tensor of one dimension stays FP32
}

TEST(InspectCheckpoint, KnowsTheEdgesOfFormatsWithoutInfinity) {
    // E2M1 ends at 6, a step of 2: 7 is the tie that leads away from it.
    const auto report = inspected({recordOf<float>("w", DType::f32, {6.99F, 7, -7, 127.49F})}, {"e2m1"});
    EXPECT_EQ(find(report, "w").casts[0].overflows, 3);
}

TEST(InspectCheckpoint, IntegersTakeAScaleAnOutputChannelAsAComparisonGivesWeights) {
    // Largest values 127 and 1.27: steps of 1 and of 0.01.
    const std::vector<float> weight{127, 3.25F, -0.25F, 1.27F, 0.005F, 0.0201F};
    const auto report = inspected({recordOf("w", DType::f32, weight, {2, 3}),
                                   recordOf<float>("bias", DType::f32, {0.3F, 100}),
                                   recordOf<double>("wide", DType::f64, {254, 3, 1, -1, 0.5, 0}, {3, 2})},
                                  {"int8", "bf16"});
    const CastLoss& loss = find(report, "w").casts[0];
    EXPECT_EQ(loss.overflows, 0);
    EXPECT_DOUBLE_EQ(loss.maxAbs, 0.25);
    EXPECT_EQ(loss.underflows, 2) << "0.25 is less than half a step of the first channel, 0.005 half one of the second";
    EXPECT_EQ(find(report, "bias").casts[0].maxAbs, 0);
    EXPECT_DOUBLE_EQ(find(report, "wide").casts[0].maxAbs, 1) << "3 lies between 2 and 4";
    EXPECT_NE(report.scaling.find("INT8: one FP32 scale an output channel"), std::string::npos) << report.scaling;
    EXPECT_EQ(inspected({recordOf("w", DType::f32, weight, {2, 3})}, {"bf16"}).scaling, "");
}

TEST(InspectCheckpoint, AChannelOfManyChunksHasOneScale) {
    // The largest value stands at the end, in the last chunk; every other one is a multiple of its step, or half of one
    // more.
    std::vector<float> values(600'000, 3);
    values[1] = 2.25F;
    values.back() = 127;
    const auto report = inspected({recordOf("w", DType::f32, values, {2, 300'000})}, {"int8"});
    const CastLoss& loss = find(report, "w").casts[0];
    EXPECT_EQ(loss.underflows, 0);
    EXPECT_NEAR(loss.maxAbs, 3.0 / 254, 0.25) << "of the first channel, whose largest value is 3, steps are fine";
    values[1] = 0.25F;
    std::swap(values[299'999], values.back());
    EXPECT_EQ(find(inspected({recordOf("w", DType::f32, values, {2, 300'000})}, {"int8"}), "w").casts[0].underflows, 1);
}

TEST(InspectCheckpoint, LeavesTensorsThatAreNotFloatingAlone) {
    const auto report = inspected({recordOf<std::int64_t>("i64", DType::i64, {-1, std::int64_t{1} << 40}),
                                   recordOf<std::uint64_t>("u64", DType::u64, {0, std::uint64_t{1} << 63}),
                                   recordOf<std::int16_t>("i16", DType::i16, {-32768, 32767}),
                                   recordOf<std::int8_t>("i8", DType::i8, {-128, 127}),
                                   recordOf<std::uint8_t>("bool", DType::boolean, {1, 0, 1, 1}),
                                   recordOf<float>("c64", DType::c64, {1, -2, kNan, 4}, {2})},
                                  {"bf16"});
    for (const auto& tensor : report.tensors) EXPECT_TRUE(tensor.casts.empty()) << tensor.name;
    EXPECT_EQ(find(report, "i64").values.max, 0x1p40);
    EXPECT_EQ(find(report, "u64").values.max, 0x1p63);
    EXPECT_EQ(find(report, "i16").values.min, -32768);
    EXPECT_EQ(find(report, "i8").values.mean, -0.5);
    EXPECT_EQ(find(report, "bool").values.mean, 0.75);
    EXPECT_EQ(find(report, "c64").values.count, 4);
    EXPECT_EQ(find(report, "c64").values.nans, 1);
    EXPECT_EQ(find(report, "c64").values.min, -2);
    EXPECT_EQ(find(report, "c64").bytes, 16);
    EXPECT_EQ(report.casts.at(0).overflows, 0);
    EXPECT_FALSE(report.casts.at(0).sqnrDb);
}

TEST(InspectCheckpoint, IntegersAreExactBeyondFp64) {
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min(), odd = (std::int64_t{1} << 53) + 1;
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const auto integers = [&](const std::string& name, const std::vector<std::int64_t>& values) {
        return recordOf<std::int64_t>(name, DType::i64, values);
    };
    // Over chunks, too: the middle one holds what is next to the least.
    std::vector<std::int64_t> many(300'000, 0);
    many[150'000] = least + 1;
    many.back() = odd;
    const auto report = inspected({integers("odd", {-odd, odd - 1, odd}), integers("many", many),
                                   recordOf<std::uint64_t>("u64", DType::u64, {most, most - 1, odd}),
                                   recordOf<double>("f64", DType::f64, {static_cast<double>(least), 0x1p64})},
                                  {});
    EXPECT_EQ(find(report, "odd").values.min, -odd);
    EXPECT_EQ(find(report, "odd").values.max, odd);
    EXPECT_NE(find(report, "odd").values.max, odd - 1);
    EXPECT_EQ(find(report, "many").values.min, least + 1);
    EXPECT_EQ(find(report, "u64").values.min, odd);
    EXPECT_EQ(find(report, "u64").values.max, most);
    // The floating values lie one beyond the integers whose nearest FP64 they are.
    EXPECT_EQ(report.values.min, static_cast<double>(least));
    EXPECT_NE(report.values.min, least + 1);
    EXPECT_EQ(report.values.max, 0x1p64);
    EXPECT_NE(report.values.max, most);
    EXPECT_TRUE(std::holds_alternative<std::int64_t>(find(report, "odd").values.max->number()));
}

TEST(InspectCheckpoint, ReadsF4LowBitsFirstAndF6NotAtAll) {
    // −6 and 0.5 in one byte; then the rest of the codes around them.
    const auto f4 = recordOf<std::uint8_t>("f4", DType::f4, {0x1F, 0x20, 0x00}, {3, 2});
    std::vector<double> values(6);
    readValues(f4, 0, values);
    EXPECT_EQ(values, (std::vector<double>{-6, 0.5, 0, 1, 0, 0}));
    std::vector<float> later(2);
    readValues(f4, 1, later);
    EXPECT_EQ(later, (std::vector<float>{0.5F, 0}));
    const auto report = inspected({f4, recordOf<std::uint8_t>("f6", DType::f6e3m2, {1, 2, 3}, {4}),
                                   recordOf<std::uint8_t>("scale", DType::f8e8m0, {0, 127, 255, 254})},
                                  {"e2m1"});
    const auto& four = find(report, "f4");
    EXPECT_EQ(four.bytes, 3);
    EXPECT_EQ(four.values.count, 6);
    EXPECT_EQ(four.values.min, -6);
    EXPECT_EQ(four.values.max, 1);
    EXPECT_EQ(four.casts.at(0).maxAbs, 0);
    const auto& six = find(report, "f6");
    EXPECT_EQ(six.bytes, 3);
    EXPECT_EQ(six.values.count, 4);
    EXPECT_FALSE(six.values.min);
    EXPECT_TRUE(six.casts.empty());
    EXPECT_NE(report.unread.find("F6_E3M2"), std::string::npos) << report.unread;
    EXPECT_EQ(find(report, "scale").values.nans, 1);
    EXPECT_EQ(find(report, "scale").values.min, 0x1p-127);
    EXPECT_EQ(find(report, "scale").values.max, 0x1p127);
    EXPECT_EQ(report.values.count, 14);
}

TEST(InspectCheckpoint, RoundsFp64Once) {
    // The FP32 nearest to this value lies on the tie between two BF16 values; the value itself does not.
    const double value = 1 + 0x1p-8 + 0x1p-40;
    const auto report = inspected({recordOf<double>("w", DType::f64, {value, 1e300})}, {"bf16", "fp64"});
    const auto& casts = find(report, "w").casts;
    EXPECT_EQ(casts[0].maxAbs, 1 + 0x1p-7 - value);
    EXPECT_EQ(casts[0].overflows, 1);
    EXPECT_EQ(casts[1].overflows, 0);
    EXPECT_EQ(casts[1].maxAbs, 0);
}

TEST(InspectCheckpoint, ReadsEveryCodeOfTheNarrowTypes) {
    std::vector<std::uint8_t> bytes(256);
    std::vector<std::uint16_t> words(65536);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i);
    for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint16_t>(i);
    const std::vector<TensorRecord> records{recordOf("e4m3", DType::f8e4m3, bytes),
                                            recordOf("e5m2", DType::f8e5m2, bytes),
                                            recordOf("e4m3fnuz", DType::f8e4m3fnuz, bytes),
                                            recordOf("e5m2fnuz", DType::f8e5m2fnuz, bytes),
                                            recordOf("e8m0", DType::f8e8m0, bytes),
                                            recordOf("fp16", DType::f16, words),
                                            recordOf("bf16", DType::bf16, words)};
    for (const auto& record : records) {
        std::vector<double> values(static_cast<std::size_t>(valueCount(record)));
        readValues(record, 0, values);
        for (std::size_t code = 0; code < values.size(); ++code) {
            const double expected = decode(format(record.name), code);
            EXPECT_TRUE(values[code] == expected || (std::isnan(values[code]) && std::isnan(expected)))
                << record.name << " " << code;
        }
    }
    const auto report = inspected(records, {"e4m3", "e5m2", "e4m3fnuz", "e5m2fnuz", "e8m0", "fp16", "bf16"});
    for (std::size_t i = 0; i < records.size(); ++i) {
        const auto& tensor = find(report, records[i].name);
        const FormatLimits expected = limits(format(records[i].name));
        EXPECT_EQ(static_cast<std::uint64_t>(tensor.values.nans), expected.nans);
        EXPECT_EQ(static_cast<std::uint64_t>(tensor.values.infinities), expected.infinities);
        EXPECT_EQ(tensor.values.max, expected.max);
        // A format loses nothing of its own values.
        EXPECT_EQ(tensor.casts[i].overflows + tensor.casts[i].underflows, 0);
        EXPECT_EQ(tensor.casts[i].maxAbs, 0);
    }
}

TEST(InspectCheckpoint, AgreesWithTheScalarReferenceOverManyChunks) {
    std::mt19937 random(3);
    std::normal_distribution<float> normal(0, 1e-3F);
    std::vector<float> values(1'000'003);
    for (float& value : values) value = normal(random);
    const auto report = inspected({recordOf("w", DType::f32, values)}, {"e4m3"});
    CastLoss expected;
    double signal = 0, noise = 0;
    for (const float value : values) {
        const double rounded = roundTo(format("e4m3"), value), delta = rounded - value;
        expected.underflows += rounded == 0 && value != 0;
        expected.maxAbs = std::max(expected.maxAbs, std::abs(delta));
        signal += static_cast<double>(value) * value;
        noise += delta * delta;
    }
    const CastLoss& found = find(report, "w").casts[0];
    EXPECT_GT(expected.underflows, 1000);
    EXPECT_EQ(found.underflows, expected.underflows);
    EXPECT_EQ(found.overflows, 0);
    EXPECT_EQ(found.maxAbs, expected.maxAbs);
    EXPECT_NEAR(*found.sqnrDb, 10 * std::log10(signal / noise), 1e-9);
    EXPECT_EQ(report.casts[0].sqnrDb, found.sqnrDb);
}

TEST(InspectCheckpoint, StopsWhenAskedTo) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "t.safetensors";
    ASSERT_TRUE(writeSafetensors(file, std::vector{recordOf("w", DType::f32, std::vector<float>(1'000'000, 1))}));
    std::stop_source stop;
    int updates = 0;
    const auto report =
        inspectCheckpoint({.path = file, .formats = {}}, stop.get_token(), [&](const ProgressUpdate& update) {
            EXPECT_EQ(update.stage, "w");
            ++updates;
            stop.request_stop();
        });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
    EXPECT_EQ(updates, 1);
}

TEST(ReadValues, FollowsStridesFromAnyPlace) {
    // The transpose of 2 × 3, and every second element.
    TensorRecord record = recordOf<float>("w", DType::f32, {0, 1, 2, 3, 4, 5});
    record.shape = {3, 2};
    record.strides = {1, 3};
    std::vector<float> values(4);
    readValues(record, 1, values);
    EXPECT_EQ(values, (std::vector<float>{3, 1, 4, 2}));
    TensorRecord complex = recordOf<float>("c", DType::c64, {0, 1, 2, 3, 4, 5, 6, 7});
    complex.shape = {2};
    complex.strides = {2};
    readValues(complex, 0, values);
    EXPECT_EQ(values, (std::vector<float>{0, 1, 4, 5}));
}

}  // namespace
}  // namespace mantissa
