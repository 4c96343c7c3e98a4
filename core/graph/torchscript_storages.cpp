#include "graph/torchscript_storages.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_set>

#include "storage/dtype.h"
#include "storage/pickle.h"

namespace mantissa {
namespace {

Status checkStorage(const ZipArchive& archive, const std::string& folder, const PickleValue& storage) {
    const std::string name = folder + "/" + storage.text;
    const auto corrupt = [&](std::string message) {
        return Error{.code = ErrorCode::corrupt,
                     .message = std::move(message) + "; copy or download the file again",
                     .where = archive.where() + ": record " + name};
    };
    if (!archive.has(name)) return corrupt("is missing");
    const auto record = archive.read(name);
    if (!record) return record.error();
    const std::size_t held = record->bytes.size() / elementBytes(storage.dtype);
    if (static_cast<std::uint64_t>(storage.numel) <= held) return Done{};
    return corrupt("holds " + std::to_string(held) + " elements where the model needs " + std::to_string(storage.numel));
}

/// LibTorch finds records whatever the case of their names; of two that differ in nothing else it might take the other.
bool namesAreDistinct(const ZipArchive& archive) {
    std::unordered_set<std::string> seen;
    return std::ranges::all_of(archive.names(), [&seen](std::string name) {
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        return seen.insert(std::move(name)).second;
    });
}

}  // namespace

Status checkTorchScriptStorages(const ZipArchive& archive) {
    if (!namesAreDistinct(archive))
        return Error{.code = ErrorCode::corrupt,
                     .message = "holds two records whose names differ in nothing but case",
                     .where = archive.where()};
    for (const char* part : {"data", "constants"}) {
        const std::string folder = archive.rootFolder() + "/" + part, name = folder + ".pkl";
        if (!archive.has(name)) continue;
        const auto bytes = archive.read(name);
        if (!bytes) return bytes.error();
        const auto pickle = readPickle(bytes->bytes, archive.where() + ": record " + name, PickleObjects::skip);
        if (!pickle) return pickle.error();
        for (const PickleValue& value : pickle->values)
            if (value.kind == PickleValue::Kind::storage)
                if (auto status = checkStorage(archive, folder, value); !status) return status;
    }
    return Done{};
}

}  // namespace mantissa
