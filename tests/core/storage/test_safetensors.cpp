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
    for (const auto dtype :
         {DType::u8, DType::f64, DType::f16, DType::f32, DType::bf16, DType::i64, DType::boolean, DType::f8e4m3}) {
        const auto size = static_cast<std::int64_t>(elementBytes(dtype));
        tensors.push_back({.name = std::string(dtypeName(dtype)),
                           .dtype = dtype,
                           .shape = {2, 4 / (size > 4 ? 2 : 1)},
                           .strides = {},
                           .bytes = {},
                           .owner = {}});
        tensors.back().bytes = std::span(bytes).first(static_cast<std::size_t>(tensors.back().numel() * size));
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
