#include "study/tensor_input.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "storage/element_values.h"
#include "storage/safetensors.h"
#include "storage/shape_text.h"

namespace mantissa {
namespace {

/// "pixel_values[3]" as name and index.
struct Selection {
    std::string name;
    std::optional<std::int64_t> index;
};

Selection selectionFrom(const std::string& text) {
    const auto bracket = text.rfind('[');
    if (bracket == std::string::npos || !text.ends_with(']')) return {text, std::nullopt};
    std::int64_t index = 0;
    const char* end = text.data() + text.size() - 1;
    const auto [stop, error] = std::from_chars(text.data() + bracket + 1, end, index);
    if (error != std::errc() || stop != end || index < 0) return {text, std::nullopt};
    return {text.substr(0, bracket), index};
}

/// Names to choose from: the first few, those that could be pictures first.
std::string choices(const SafetensorsFile& file) {
    std::vector<const TensorRecord*> tensors;
    for (const auto& tensor : file.tensors) tensors.push_back(&tensor);
    std::stable_partition(tensors.begin(), tensors.end(), [](const auto* t) { return t->shape.size() == 4; });
    constexpr std::size_t kMost = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(tensors.size(), kMost); ++i)
        text += (i ? ", " : "") + tensors[i]->name + " " + shapeText(tensors[i]->shape);
    if (tensors.size() > kMost) text += " and " + std::to_string(tensors.size() - kMost) + " more";
    return text;
}

Error badChoice(std::string message, std::string where) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(message), .where = std::move(where)};
}

Result<const TensorRecord*> findTensor(const SafetensorsFile& file, const std::string& name) {
    const std::string path = file.path.string();
    if (file.tensors.empty()) return Error{.code = ErrorCode::unsupported, .message = "holds no tensor", .where = path};
    if (name.empty() && file.tensors.size() == 1) return &file.tensors.front();
    if (name.empty())
        return badChoice("holds several tensors; name one, as in FILE:NAME. There are " + choices(file), path);
    if (const TensorRecord* found = file.find(name)) return found;
    return badChoice("holds no tensor “" + name + "”. There are " + choices(file), path);
}

}  // namespace

Result<TensorInput> readTensorInput(const std::filesystem::path& path, const std::string& name) {
    auto file = openSafetensors(path);
    if (!file) return std::move(file).error();
    Selection chosen = selectionFrom(name);
    if (file->find(name)) chosen = {name, std::nullopt};
    const auto found = findTensor(*file, chosen.name);
    if (!found) return found.error();
    const TensorRecord& tensor = **found;
    const std::string where = path.string() + ": tensor " + tensor.name;
    if (tensor.dtype == DType::c64)
        return Error{.code = ErrorCode::unsupported,
                     .message = "holds complex numbers, and models take real ones",
                     .where = where};

    if (!hasReadableValues(tensor.dtype))
        return Error{.code = ErrorCode::unsupported,
                     .message = "holds " + std::string(dtypeName(tensor.dtype)) +
                                " values, and nothing says in which order they share bytes",
                     .where = where};

    std::vector<std::int64_t> shape = tensor.shape;
    if (shape.size() == 3) shape.insert(shape.begin(), 1);
    if (shape.size() != 4 || tensor.numel() < 1)
        return badChoice("has shape " + shapeText(tensor.shape) + ", and a picture has [1, channels, height, width]",
                         where);
    const std::int64_t count = shape[0];
    if (count > 1 && !chosen.index)
        return badChoice("holds " + std::to_string(count) + " pictures; choose one, as in " + tensor.name + "[0]",
                         where);
    const std::int64_t index = chosen.index.value_or(0);
    if (index >= count)
        return badChoice("has no picture " + std::to_string(index) + "; the last is " + std::to_string(count - 1),
                         where);

    shape[0] = 1;
    TensorInput input{.path = path.string(), .tensor = tensor.name, .values = {}, .shape = shape};
    if (chosen.index) input.tensor += "[" + std::to_string(index) + "]";
    const std::int64_t size = tensor.numel() / count;
    input.values.resize(static_cast<std::size_t>(size));
    readValues(tensor, index * size, std::span<float>(input.values));
    return input;
}

}  // namespace mantissa
