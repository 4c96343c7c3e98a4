#include "storage/checkpoint.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "storage/mapped_file.h"
#include "storage/pytorch_checkpoint.h"
#include "storage/safetensors.h"

namespace mantissa {
namespace {

Checkpoint fromSafetensors(SafetensorsFile file) {
    return {.path = std::move(file.path),
            .form = "safetensors",
            .tensors = std::move(file.tensors),
            .mapped = true,
            .metadata = std::move(file.metadata)};
}

/// `model.safetensors.index.json`: {"weight_map": {tensor: file}}. Files stand beside the index; a path that leads elsewhere is refused.
Result<Checkpoint> openSharded(const std::filesystem::path& path, std::span<const std::byte> bytes) {
    const auto corrupt = [&](std::string message) { return Error{.code = ErrorCode::corrupt, .message = std::move(message), .where = path.string()}; };
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto index = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!index.is_object() || !index.contains("weight_map") || !index["weight_map"].is_object())
        return corrupt("is no index of a sharded checkpoint: it has no weight_map");
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : index["weight_map"].items()) {
        if (!shard.is_string()) return corrupt("its weight_map does not map tensors to file names (tensor " + tensor + ")");
        const std::filesystem::path name = shard.get<std::string>();
        if (name.empty() || name != name.filename() || name == "..")
            return corrupt("names the shard “" + shard.get<std::string>() + "”, which is not a file beside it");
        shards.insert(name.string());
    }
    Checkpoint checkpoint{.path = path, .form = "sharded safetensors", .tensors = {}, .mapped = true};
    std::set<std::string> seen;
    for (const auto& shard : shards) {
        auto file = openSafetensors(path.parent_path() / shard);
        if (!file) return std::move(file).error();
        checkpoint.files.push_back(file->path);
        for (auto& tensor : file->tensors) {
            if (!seen.insert(tensor.name).second) return corrupt("two of its shards hold the tensor " + tensor.name);
            checkpoint.tensors.push_back(std::move(tensor));
        }
    }
    for (const auto& [tensor, shard] : index["weight_map"].items())
        if (!seen.contains(tensor)) return corrupt("its shards lack the tensor " + tensor);
    return checkpoint;
}

bool startsWith(std::span<const std::byte> bytes, std::initializer_list<int> prefix) {
    return bytes.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), bytes.begin(), [](int a, std::byte b) { return a == std::to_integer<int>(b); });
}

/// DataParallel puts "module." before every name.
void dropCommonPrefix(Checkpoint& checkpoint, std::string_view prefix) {
    const bool everywhere = !checkpoint.tensors.empty() && std::all_of(checkpoint.tensors.begin(), checkpoint.tensors.end(),
                                                                       [&](const auto& t) { return t.name.starts_with(prefix); });
    if (!everywhere) return;
    for (auto& tensor : checkpoint.tensors) tensor.name.erase(0, prefix.size());
}

Result<Checkpoint> openByContent(const std::filesystem::path& path) {
    auto mapped = MappedFile::open(path);
    if (!mapped) return std::move(mapped).error();
    const auto bytes = mapped->bytes();
    if (startsWith(bytes, {'P', 'K', 3, 4})) return openPytorchZip(path);
    // A pickle of protocol 2 or later that begins with a long, as the old magic number does.
    if (startsWith(bytes, {0x80, 2, 0x8A})) return openPytorchLegacy(path);
    // The length that a safetensors file begins with may start with the same byte, but ends with a 0, which no text holds.
    if (startsWith(bytes, {'{'}) && (bytes.size() < 8 || bytes[7] != std::byte{0})) return openSharded(path, bytes);
    auto file = openSafetensors(path);
    if (!file) return std::move(file).error();
    return fromSafetensors(*std::move(file));
}

}  // namespace

const TensorRecord* Checkpoint::find(const std::string& name) const {
    for (const auto& t : tensors)
        if (t.name == name) return &t;
    return nullptr;
}

Result<Checkpoint> openCheckpoint(const std::filesystem::path& path) {
    auto checkpoint = openByContent(path);
    if (!checkpoint) return checkpoint;
    if (checkpoint->files.empty()) checkpoint->files = {path};
    dropCommonPrefix(*checkpoint, "module.");
    return checkpoint;
}

Result<std::filesystem::path> checkpointIn(const std::filesystem::path& folder) {
    std::error_code error;  // a name too long, a link to itself: then it is not there
    for (const char* name : {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"})
        if (std::filesystem::exists(folder / name, error)) return folder / name;
    return Error{.code = ErrorCode::unreadable,
                 .message = "holds no weights: no model.safetensors, model.safetensors.index.json or pytorch_model.bin",
                 .where = folder.string()};
}

}  // namespace mantissa
