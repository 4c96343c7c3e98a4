#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "csv_rows.h"
#include "storage/safetensors.h"

// Every malformed and every odd but valid file gets the answer that its manifest asks for.

namespace {

using namespace mantissa;
using namespace mantissa::test;
namespace fs = std::filesystem;

const fs::path kFiles = fs::path(MANTISSA_TEST_DATA) / "safetensors-bad";

TEST(SafetensorsManifest, EveryFileGetsTheAnswerItAsksFor) {
    const auto rows = csvRows(kFiles / "manifest.csv");
    if (rows.empty()) GTEST_SKIP() << "there is no manifest in " << kFiles;
    for (const auto& row : rows) {
        SCOPED_TRACE(row.at("file") + ": " + row.at("what"));
        const auto file = openSafetensors(kFiles / row.at("file"));
        if (row.at("must_be_rejected") == "no") {
            EXPECT_TRUE(file) << file.error().text();
        } else if (row.at("must_be_rejected") == "yes") {
            ASSERT_FALSE(file);
        }
        if (file) continue;
        EXPECT_EQ(file.error().code, ErrorCode::corrupt);
        EXPECT_TRUE(file.error().where.starts_with((kFiles / row.at("file")).string())) << file.error().where;
        EXPECT_EQ(file.error().text().find('\n'), std::string::npos);
    }
}

TEST(SafetensorsManifest, NothingIsAllocatedThatAHeaderMerelyClaims) {
    const auto rows = csvRows(kFiles / "manifest.csv");
    if (rows.empty()) GTEST_SKIP() << "there is no manifest in " << kFiles;
    for (const auto& row : rows)
        EXPECT_TRUE(withinMemory(std::size_t{48} << 20, [&] {
            return openSafetensors(kFiles / row.at("file")).ok() == (row.at("must_be_rejected") == "no") ||
                   row.at("must_be_rejected") == "either";
        })) << row.at("file");
}

/// A tensor's elements, each as T stores it.
template <class T>
std::vector<T> elements(const SafetensorsFile& file, const std::string& name) {
    const auto* record = file.find(name);
    if (!record) return {};
    std::vector<T> values(record->bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), record->bytes.data(), record->bytes.size());
    return values;
}

class OddButValid : public testing::Test {
  protected:
    void SetUp() override {
        if (!fs::exists(kFiles)) GTEST_SKIP() << "there is no " << kFiles;
    }
    SafetensorsFile open(const std::string& name) const {
        auto file = openSafetensors(kFiles / name);
        EXPECT_TRUE(file) << file.error().text();
        return file ? *std::move(file) : SafetensorsFile{};
    }
};

TEST_F(OddButValid, EmptyTensorsAndEmptyFiles) {
    const auto file = open("ok_empty_tensor.safetensors");
    ASSERT_EQ(file.tensors.size(), 2U);
    ASSERT_NE(file.find("e"), nullptr);
    EXPECT_EQ(file.find("e")->shape, (std::vector<std::int64_t>{0, 3}));
    EXPECT_TRUE(file.find("e")->bytes.empty());
    EXPECT_EQ(elements<float>(file, "x"), (std::vector<float>{1, 2}));
    EXPECT_TRUE(open("ok_zero_tensors.safetensors").tensors.empty());
}

TEST_F(OddButValid, MetadataPaddingAndScalars) {
    const auto file = open("ok_metadata.safetensors");
    EXPECT_FALSE(file.metadata.empty());
    EXPECT_EQ(elements<float>(file, "x"), (std::vector<float>{1, 2}));
    EXPECT_EQ(elements<float>(open("ok_padding_spaces.safetensors"), "x"), (std::vector<float>{1, 2}));
    const auto scalar = open("ok_scalar_0d.safetensors");
    ASSERT_NE(scalar.find("s"), nullptr);
    EXPECT_TRUE(scalar.find("s")->shape.empty());
    EXPECT_EQ(scalar.find("s")->numel(), 1);
    EXPECT_EQ(elements<float>(scalar, "s"), (std::vector<float>{3.5F}));
}

TEST_F(OddButValid, EveryTypeUnaligned) {
    const auto file = open("ok_dtypes.safetensors");
    EXPECT_EQ(elements<std::int64_t>(file, "i64"), (std::vector<std::int64_t>{-1, std::int64_t{1} << 40}));
    EXPECT_EQ(elements<std::uint8_t>(file, "u8"), (std::vector<std::uint8_t>{1, 2, 255}));
    EXPECT_EQ(elements<std::uint8_t>(file, "bool"), (std::vector<std::uint8_t>{1, 0, 1}));
    EXPECT_EQ(elements<std::uint8_t>(file, "f8"), (std::vector<std::uint8_t>{0x38, 0x7E, 0xB8, 0}))
        << "1, 448, -1, 0 in E4M3";
    EXPECT_EQ(elements<std::uint8_t>(file, "f8b"), (std::vector<std::uint8_t>{0x3C, 0x7B, 0xBC, 0}))
        << "1, 57344, -1, 0 in E5M2";
    EXPECT_EQ(elements<std::uint16_t>(file, "bf16"), (std::vector<std::uint16_t>{0x3F80}));
    const std::map<std::string, DType> types{{"i64", DType::i64},   {"u8", DType::u8},      {"bool", DType::boolean},
                                             {"f8", DType::f8e4m3}, {"f8b", DType::f8e5m2}, {"bf16", DType::bf16}};
    for (const auto& [name, type] : types) EXPECT_EQ(file.find(name)->dtype, type) << name;
}

TEST_F(OddButValid, HeadersNeedNotBeInTheOrderOfTheData) {
    const auto file = open("ok_order_not_by_offset.safetensors");
    EXPECT_EQ(elements<float>(file, "a"), (std::vector<float>{1}));
    EXPECT_EQ(elements<float>(file, "z"), (std::vector<float>{2}));
    ASSERT_EQ(file.tensors.size(), 2U);
    EXPECT_LT(file.tensors[0].fileOffset, file.tensors[1].fileOffset);
}

}  // namespace
