#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace mantissa {

/// The outer form of a file, by its first bytes.
enum class FileKind {
    safetensors,
    zip,
    torchPickle,  ///< torch.save before PyTorch 1.6
    json,
    onnx,
    other
};

FileKind tellApart(std::span<const std::byte> file);

/// For files that hold no model: what they are, as a sentence without its subject ("is a PNG picture, no model").
std::string describeOther(std::span<const std::byte> file);

/// Whether this is the note that Git leaves in place of a large file until `git lfs pull` fetches it.
bool isGitLfsPointer(std::span<const std::byte> file);

}  // namespace mantissa
