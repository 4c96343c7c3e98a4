#include "graph/file_kind.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace mantissa {
namespace {

std::string_view textOf(std::span<const std::byte> file) {
    return {reinterpret_cast<const char*>(file.data()), file.size()};
}

/// A safetensors file is the length of its header, eight bytes little-endian, and then the header, a JSON object. The
/// format's own limit is 100 MB, so the upper bytes of the length are zero; text has none.
bool isLength(std::span<const std::byte> file) { return file[6] == std::byte{0} && file[7] == std::byte{0}; }

/// An ONNX ModelProto: its first field is ir_version (number 1, a varint, 1 to 15 so far), the next one of onnx.proto's
/// others.
bool looksLikeOnnx(std::span<const std::byte> file) {
    if (file.size() < 16 || file[0] != std::byte{0x08}) return false;
    const auto version = std::to_integer<int>(file[1]), next = std::to_integer<int>(file[2]);
    // producer_name, producer_version, domain, model_version, doc_string, graph, opset_import
    constexpr std::array kNext{0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42};
    if (version < 1 || version > 31) return false;
    for (const int tag : kNext)
        if (next == tag) return true;
    return false;
}

struct Signature {
    std::size_t offset;
    std::string_view bytes;
    std::string_view what;
};

using namespace std::string_view_literals;

// From the forms' own specifications.
constexpr std::array kSignatures{
    Signature{0, "\x89PNG\r\n\x1a\n"sv, "is a PNG picture"},
    Signature{0, "\xff\xd8\xff"sv, "is a JPEG picture"},
    Signature{0, "GIF8"sv, "is a GIF picture"},
    Signature{8, "WEBP"sv, "is a WebP picture"},
    Signature{0, "II*\0"sv, "is a TIFF picture"},
    Signature{0, "MM\0*"sv, "is a TIFF picture"},
    Signature{0, "\x89HDF\r\n\x1a\n"sv, "is an HDF5 file, as Keras writes them"},
    Signature{0, "GGUF"sv, "is a GGUF file, which holds language models"},
    Signature{4, "TFL3"sv, "is a TensorFlow Lite model"},
    Signature{0, "\x93NUMPY"sv, "is a NumPy array"},
    Signature{0, "PK\5\6"sv, "is an empty zip archive"},
    Signature{0, "\x80\x02"sv, "is a Python pickle that torch.save did not write"},
    Signature{0, "\x80\x03"sv, "is a Python pickle that torch.save did not write"},
    Signature{0, "\x80\x04"sv, "is a Python pickle that torch.save did not write"},
    Signature{0, "\x80\x05"sv, "is a Python pickle that torch.save did not write"},
};

constexpr std::string_view kLfs = "version https://git-lfs.github.com/spec/";

const Signature* findSignature(std::string_view text) {
    for (const auto& signature : kSignatures)
        if (text.size() >= signature.offset && text.substr(signature.offset).starts_with(signature.bytes))
            return &signature;
    return nullptr;
}

}  // namespace

bool isGitLfsPointer(std::span<const std::byte> file) { return textOf(file).starts_with(kLfs); }

FileKind tellApart(std::span<const std::byte> file) {
    const std::string_view text = textOf(file);
    if (text.starts_with("PK\x03\x04")) return FileKind::zip;
    // A pickle of protocol 2 that begins with a long, the magic number.
    if (text.starts_with("\x80\x02\x8a")) return FileKind::torchPickle;
    if (file.size() >= 9 && file[8] == std::byte{'{'} && !text.starts_with("{")) return FileKind::safetensors;
    if (file.size() >= 8 && isLength(file) && !findSignature(text)) return FileKind::safetensors;
    if (text.starts_with("{")) return FileKind::json;
    if (looksLikeOnnx(file)) return FileKind::onnx;
    return FileKind::other;
}

std::string describeOther(std::span<const std::byte> file) {
    if (isGitLfsPointer(file)) return "is a note by Git LFS in place of the file itself; “git lfs pull” fetches it";
    const std::string_view text = textOf(file);
    constexpr std::string_view kReads =
        "Mantissa opens Hugging Face folders, torch.export, TorchScript and ONNX files, and weights as safetensors or "
        "PyTorch state dicts";
    if (text.empty()) return "is empty";
    if (const auto* signature = findSignature(text))
        return std::string(signature->what) + ", not a model that Mantissa runs. " + std::string(kReads);
    return "is no model that Mantissa knows. " + std::string(kReads);
}

}  // namespace mantissa
