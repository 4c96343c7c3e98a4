#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "storage/safetensors.h"
#include "storage/safetensors_writer.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using test::TemporaryFolder;

template <class T>
TensorRecord tensor(std::string name, DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
    auto owner = std::make_shared<std::vector<T>>(values);
    return {.name = std::move(name),
            .dtype = dtype,
            .shape = std::move(shape),
            .strides = {},
            .bytes = std::as_bytes(std::span(*owner)),
            .owner = owner};
}

std::vector<TensorRecord> assorted() {
    return {tensor<std::uint8_t>("a.bytes", DType::u8, {3}, {1, 2, 255}),
            tensor<float>("b.weight", DType::f32, {2, 3}, {1.5f, -2, 0, 1e-40f, 3e38f, -0.0f}),
            tensor<std::uint16_t>("c.half", DType::f16, {1, 2}, {0x3c00, 0x7c01}),
            tensor<std::int64_t>("d.counter", DType::i64, {}, {1LL << 40}),
            tensor<float>("e.empty", DType::f32, {0, 7}, {}),
            tensor<double>("ünïcode \"quoted\"", DType::f64, {1}, {0.1})};
}

std::string contentOf(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(SafetensorsWriter, WhatIsWrittenIsReadBack) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "model.safetensors";
    const auto tensors = assorted();
    const auto status = writeSafetensors(path, tensors, {{"format", "pt"}, {"note", "with \"quotes\"\nand lines"}});
    ASSERT_TRUE(status) << status.error().text();
    const auto file = openSafetensors(path);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(file->metadata.at("note"), "with \"quotes\"\nand lines");
    EXPECT_EQ(file->metadata.size(), 2u);
    ASSERT_EQ(file->tensors.size(), tensors.size());
    for (const auto& written : tensors) {
        const auto* read = file->find(written.name);
        ASSERT_NE(read, nullptr) << written.name;
        EXPECT_EQ(read->dtype, written.dtype);
        EXPECT_EQ(read->shape, written.shape);
        ASSERT_EQ(read->bytes.size(), written.bytes.size());
        if (!written.bytes.empty()) {
            EXPECT_EQ(std::memcmp(read->bytes.data(), written.bytes.data(), written.bytes.size()), 0) << written.name;
        }
        EXPECT_EQ(read->fileOffset % elementBytes(read->dtype), 0u) << written.name << " is not aligned";
    }
}

TEST(SafetensorsWriter, NothingAtAllIsAFileToo) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "none.safetensors";
    ASSERT_TRUE(writeSafetensors(path, {}));
    const auto file = openSafetensors(path);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_TRUE(file->tensors.empty());
}

TEST(SafetensorsWriter, TheSameTensorsGiveTheSameBytes) {
    const TemporaryFolder folder;
    ASSERT_TRUE(writeSafetensors(folder.path() / "1", assorted(), {{"a", "b"}}));
    ASSERT_TRUE(writeSafetensors(folder.path() / "2", assorted(), {{"a", "b"}}));
    EXPECT_EQ(contentOf(folder.path() / "1"), contentOf(folder.path() / "2"));
}

TEST(SafetensorsWriter, RefusesWhatTheFormatCannotHold) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "refused.safetensors";
    const auto one = tensor<float>("x", DType::f32, {2}, {1, 2});
    auto transposed = tensor<float>("x", DType::f32, {2, 2}, {1, 2, 3, 4});
    transposed.strides = {1, 2};
    auto tooShort = tensor<float>("x", DType::f32, {3}, {1, 2});
    auto reserved = one;
    reserved.name = "__metadata__";
    auto notUtf8 = one;
    notUtf8.name = "\xff\xfe";
    const std::vector<std::vector<TensorRecord>> refused{{one, one}, {transposed}, {tooShort}, {reserved}, {notUtf8}};
    for (const auto& tensors : refused) {
        const auto status = writeSafetensors(path, tensors);
        ASSERT_FALSE(status) << tensors.front().name;
        EXPECT_EQ(status.error().code, ErrorCode::invalidArgument);
        EXPECT_FALSE(std::filesystem::exists(path));
    }
}

TEST(SafetensorsWriter, AnErrorLeavesTheOldFileAndNothingElse) {
    const TemporaryFolder folder;
    const auto path = folder.write("kept.safetensors", "old content");
    ASSERT_FALSE(writeSafetensors(path, std::vector{tensor<float>("x", DType::f32, {3}, {1})}));
    EXPECT_EQ(contentOf(path), "old content");
    ASSERT_FALSE(writeSafetensors(folder.path() / "no folder" / "x.safetensors", {}));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
