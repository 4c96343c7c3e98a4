#include <gtest/gtest.h>

#include <string>

#include "graph/file_kind.h"

namespace {

using namespace mantissa;
using namespace std::string_literals;

std::span<const std::byte> bytesOf(const std::string& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

TEST(FileKind, IsToldByContent) {
    const auto kind = [](const std::string& bytes) { return tellApart(bytesOf(bytes)); };
    EXPECT_EQ(kind("PK\x03\x04 and more of it"), FileKind::zip);
    EXPECT_EQ(kind("\x80\x02\x8a\x0al\xfc\x9c"s), FileKind::torchPickle);
    EXPECT_EQ(kind("\x10\0\0\0\0\0\0\0{}              "s), FileKind::safetensors);
    EXPECT_EQ(kind("{\"model_type\": \"mobilevit\"}"), FileKind::json);
    EXPECT_EQ(kind("\x08\x07\x12\x07pytorch\x1a\x05"
                   "1.0.0:"),
              FileKind::onnx);
    EXPECT_EQ(kind("\x08\x03\x12\x00:\xc8\x01"
                   "0123456789012"s),
              FileKind::onnx);
    EXPECT_EQ(kind("an ordinary text"), FileKind::other);
    EXPECT_EQ(kind(""), FileKind::other);
}

TEST(FileKind, ASafetensorsLengthMayLookLikeSomethingElse) {
    // 123 is “{”, 0x4d42 “BM”, 8 begins an ONNX file too.
    for (const auto& length : {"{\0\0\0\0\0\0\0"s, "{\"\0\0\0\0\0\0"s, "BM\0\0\0\0\0\0"s, "\x08\x07\x12\0\0\0\0\0"s})
        EXPECT_EQ(tellApart(bytesOf(length + "{\"a\":{\"dtype\"")), FileKind::safetensors) << length;
    // A damaged one is for the safetensors reader to judge.
    EXPECT_EQ(tellApart(bytesOf("\x10\0\0\0\0\0\0\0no json"s)), FileKind::safetensors);
    EXPECT_EQ(tellApart(bytesOf("\xff\xff\xff\xff\xff\xff\xff\xff{}"s)), FileKind::safetensors);
}

TEST(FileKind, OthersAreDescribed) {
    const auto says = [](const std::string& bytes, const std::string& what) {
        EXPECT_EQ(tellApart(bytesOf(bytes)), FileKind::other) << what;
        EXPECT_NE(describeOther(bytesOf(bytes)).find(what), std::string::npos) << describeOther(bytesOf(bytes));
    };
    says("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"s, "is a PNG picture");
    says("\xff\xd8\xff\xe0\0\x10JFIF"s, "is a JPEG picture");
    says("GIF89a\x01\0\x01\0"s, "is a GIF picture");
    says("RIFF\x10\0\0\0WEBPVP8 "s, "is a WebP picture");
    says("II*\0\x08\0\0\0\x05\0"s, "is a TIFF picture");
    says("MM\0*\0\0\0\x08\0\x05"s, "is a TIFF picture");
    says("\x89HDF\r\n\x1a\n\0"s, "HDF5");
    says("GGUF\x03\0\0\0"s, "GGUF");
    says("\x1c\0\0\0TFL3\x14\0"s, "TensorFlow Lite");
    says("\x93NUMPY\x01\0v\0"s, "NumPy");
    says("\x80\x04\x95\x0e\0\0\0"s, "is a Python pickle that torch.save did not write");
    says("PK\x05\x06\0\0\0\0"s, "is an empty zip archive");
    says("", "is empty");
    says("hello, world", "is no model that Mantissa knows");
    says("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull");
}

}  // namespace
