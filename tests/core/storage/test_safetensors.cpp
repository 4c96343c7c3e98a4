#include <gtest/gtest.h>

#include "bounded_memory.h"
#include "core/storage/made_files.h"
#include "storage/safetensors.h"
#include "storage/safetensors_writer.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
    return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + offsets + "}";
}

TEST(Safetensors, WhatIsWrittenIsReadBackBitForBit) {
    const TemporaryFolder folder;
    std::vector<std::byte> bytes(64);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
    std::vector<TensorRecord> tensors;
    for (const auto dtype : {DType::u8, DType::f64, DType::f16, DType::f32, DType::bf16, DType::i64, DType::boolean,
                             DType::f8e4m3, DType::f4}) {
        const auto bits = static_cast<std::int64_t>(elementBits(dtype));
        tensors.push_back({.name = std::string(dtypeName(dtype)),
                           .dtype = dtype,
                           .shape = {2, 4 / (bits > 32 ? 2 : 1)},
                           .strides = {},
                           .bytes = {},
                           .owner = {}});
        tensors.back().bytes = std::span(bytes).first(static_cast<std::size_t>(tensors.back().numel() * bits / 8));
    }
    const auto path = folder.path() / "all.safetensors";
    const auto status = writeSafetensors(path, tensors, {{"who", "Größe"}});
    ASSERT_TRUE(status) << status.error().text();
    const auto file = openSafetensors(path);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->metadata.at("who"), "Größe");
    ASSERT_EQ(file->tensors.size(), tensors.size());
    for (const auto& tensor : tensors) {
        const auto* read = file->find(tensor.name);
        ASSERT_NE(read, nullptr) << tensor.name;
        EXPECT_EQ(read->dtype, tensor.dtype);
        EXPECT_EQ(read->shape, tensor.shape);
        EXPECT_TRUE(std::ranges::equal(read->bytes, tensor.bytes));
    }
}

TEST(Safetensors, ErrorsNameTheTensorAndWhatItsSizeWouldBe) {
    const TemporaryFolder folder;
    const auto message = [&](const std::string& header, const std::string& data) {
        const auto file = openSafetensors(folder.write("x.safetensors", safetensors(header, data)));
        return file ? std::string("opened") : file.error().text();
    };
    const auto mismatch = message("{" + entry("head.weight", "F32", "[3]", "[0,16]") + "}", std::string(16, 'x'));
    EXPECT_NE(mismatch.find("tensor head.weight"), std::string::npos) << mismatch;
    EXPECT_NE(mismatch.find("12"), std::string::npos) << mismatch;
    EXPECT_NE(mismatch.find("16"), std::string::npos) << mismatch;
    const auto cut =
        message("{" + entry("a", "F32", "[1]", "[0,4]") + "," + entry("b", "F32", "[1000000]", "[4,4000004]") + "}",
                std::string(8, 'x'));
    EXPECT_NE(cut.find("tensor b"), std::string::npos) << cut;
    EXPECT_NE(cut.find("cut short"), std::string::npos) << cut;
    EXPECT_NE(message("{" + entry("a", "F31", "[1]", "[0,4]") + "}", "1234").find("F31"), std::string::npos);
}

TEST(Safetensors, AFileCutShortTellsHowLongItIsAndShouldBe) {
    const TemporaryFolder folder;
    const auto open = [&](const std::string& header, const std::string& data) {
        return openSafetensors(folder.write("x.safetensors", safetensors(header, data)));
    };
    const std::string a = entry("a", "F32", "[1]", "[0,4]"), b = entry("b", "F32", "[100]", "[4,404]");
    const auto cut = open("{" + a + "," + b + "}", std::string(104, 'x'));
    ASSERT_FALSE(cut);
    ASSERT_TRUE(cut.error().cutShort);
    EXPECT_EQ(cut.error().cutShort->present, std::filesystem::file_size(folder.path() / "x.safetensors"));
    EXPECT_EQ(cut.error().cutShort->announced, cut.error().cutShort->present + 300);

    // The tensor that begins last ends before the file does; the one that it begins in does not.
    const auto overlapping =
        open("{" + a + "," + b + "," + entry("c", "F32", "[1]", "[8,12]") + "}", std::string(104, 'x'));
    ASSERT_FALSE(overlapping);
    EXPECT_NE(overlapping.error().message.find("300 bytes more"), std::string::npos) << overlapping.error().message;

    // An end past 2^64 is no length.
    const auto hostile = open("{" + entry("a", "U8", "[18446744073709551615]", "[0,18446744073709551615]") + "}", "x");
    ASSERT_FALSE(hostile);
    EXPECT_FALSE(hostile.error().cutShort);
    // Bytes too many are no bytes missing.
    const auto longer = open("{" + a + "}", "12345");
    ASSERT_FALSE(longer);
    EXPECT_FALSE(longer.error().cutShort);
}

TEST(Safetensors, TypesThatShareBytesAreCountedInBits) {
    const TemporaryFolder folder;
    const auto open = [&](const std::string& dtype, const std::string& shape, std::size_t bytes) {
        const std::string header = "{" + entry("a", dtype, shape, "[0," + std::to_string(bytes) + "]") + "}";
        return openSafetensors(folder.write("x.safetensors", safetensors(header, std::string(bytes, 'x'))));
    };
    for (const auto& [dtype, shape, bytes] : {std::tuple{"F4", "[3,2]", 3U},
                                              {"F6_E2M3", "[4]", 3U},
                                              {"F6_E3M2", "[2,4]", 6U},
                                              {"F8_E8M0", "[5]", 5U},
                                              {"F8_E4M3FNUZ", "[1]", 1U},
                                              {"F8_E5M2FNUZ", "[1]", 1U},
                                              {"F4", "[0]", 0U}}) {
        const auto file = open(dtype, shape, bytes);
        ASSERT_TRUE(file) << dtype << file.error().text();
        EXPECT_EQ(dtypeName(file->tensors[0].dtype), dtype);
        EXPECT_EQ(file->tensors[0].bytes.size(), bytes);
    }
    for (const auto& [dtype, shape, bytes, part] : {std::tuple{"F4", "[3]", 2U, "3 values of 4 bits"},
                                                    {"F4", "[3]", 1U, "3 values of 4 bits"},
                                                    {"F6_E2M3", "[2]", 2U, "2 values of 6 bits"},
                                                    {"F4", "[4]", 4U, "need 2 bytes"},
                                                    {"F4", "[4611686018427387904,4]", 0U, "2^64 bits"},
                                                    {"F6_E3M2", "[4]", 4U, "need 3 bytes"}}) {
        const auto file = open(dtype, shape, bytes);
        ASSERT_FALSE(file) << dtype << shape;
        EXPECT_NE(file.error().text().find(part), std::string::npos) << file.error().text();
        EXPECT_EQ(file.error().text().find('\n'), std::string::npos);
    }
}

TEST(Safetensors, ShapesOfZerosAreCheckedForOverflowToo) {
    const TemporaryFolder folder;
    // No elements, so no bytes; yet the sizes before the zero pass 2^64.
    const auto file = openSafetensors(folder.write(
        "x.safetensors", safetensors("{" + entry("a", "F32", "[9223372036854775807,4,0]", "[0,0]") + "}")));
    EXPECT_FALSE(file && file->tensors[0].numel() != 0);
}

TEST(Safetensors, AHeaderOfManyNamesIsReadInMemoryInProportion) {
    const TemporaryFolder folder;
    std::string header = "{";
    for (int i = 0; i < 20'000; ++i)
        header += (i ? "," : "") + entry("layer." + std::to_string(i), "U8", "[0]", "[0,0]");
    const auto path = folder.write("many.safetensors", safetensors(header + "}"));
    EXPECT_TRUE(withinMemory(std::size_t{256} << 20, [&] {
        const auto file = openSafetensors(path);
        return file && file->tensors.size() == 20'000;
    }));
}

}  // namespace
