#include "storage/safetensors_writer.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "storage/atomic_file.h"

namespace mantissa {
namespace {

static_assert(std::endian::native == std::endian::little, "lengths and tensors are written as they lie in memory");

Error refused(const std::filesystem::path& path, const std::string& tensor, std::string message) {
    return {.code = ErrorCode::invalidArgument,
            .message = std::move(message),
            .where = path.string() + ": tensor " + tensor};
}

Status check(const std::filesystem::path& path, std::span<const TensorRecord> tensors) {
    std::set<std::string> names;
    for (const auto& tensor : tensors) {
        if (tensor.name == "__metadata__")
            return refused(path, tensor.name, "has the name that the format keeps for metadata");
        if (!names.insert(tensor.name).second) return refused(path, tensor.name, "is there twice");
        if (!tensor.strides.empty()) return refused(path, tensor.name, "is not contiguous");
        if (8 * tensor.bytes.size() != static_cast<std::uint64_t>(tensor.numel()) * elementBits(tensor.dtype))
            return refused(path, tensor.name,
                           "has " + std::to_string(tensor.bytes.size()) + " bytes, which do not fit its shape");
    }
    return Done{};
}

std::string header(const std::vector<const TensorRecord*>& tensors,
                   const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (!metadata.empty()) json["__metadata__"] = metadata;
    std::uint64_t begin = 0;
    for (const auto* tensor : tensors) {
        const std::uint64_t end = begin + tensor->bytes.size();
        json[tensor->name] = {
            {"dtype", dtypeName(tensor->dtype)}, {"shape", tensor->shape}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string text = json.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');  // so that the data begins at a multiple of 8
    return text;
}

}  // namespace

Status writeSafetensors(const std::filesystem::path& path, std::span<const TensorRecord> tensors,
                        const std::map<std::string, std::string>& metadata) {
    if (auto status = check(path, tensors); !status) return status;
    std::vector<const TensorRecord*> ordered;
    for (const auto& tensor : tensors) ordered.push_back(&tensor);
    std::stable_sort(ordered.begin(), ordered.end(), [](const TensorRecord* a, const TensorRecord* b) {
        return elementBits(a->dtype) > elementBits(b->dtype);
    });
    std::string text;
    try {
        text = header(ordered, metadata);
    } catch (const nlohmann::json::exception&) {
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "a name or a metadata text is not UTF-8",
                     .where = path.string()};
    }
    return writeFileAtomically(path, [&](const std::filesystem::path& temporary) -> Status {
        std::ofstream out(temporary, std::ios::binary);
        const std::uint64_t length = text.size();
        out.write(reinterpret_cast<const char*>(&length), sizeof length);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        for (const auto* tensor : ordered)
            out.write(reinterpret_cast<const char*>(tensor->bytes.data()),
                      static_cast<std::streamsize>(tensor->bytes.size()));
        out.close();
        if (!out)
            return Error{.code = ErrorCode::unreadable,
                         .message = std::string("was not written: ") + std::strerror(errno),
                         .where = path.string()};
        return Done{};
    });
}

}  // namespace mantissa
