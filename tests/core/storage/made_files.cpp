#include "core/storage/made_files.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/zip_writer.h"

namespace mantissa::test {

std::string safetensors(const std::string& header, const std::string& data) {
    return little(header.size(), 8) + header + data;
}

namespace pickled {

std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }
std::string text(const std::string& words) { return "X" + little(words.size(), 4) + words; }
std::string integer(std::int32_t value) { return "J" + little(static_cast<std::uint32_t>(value), 4); }

std::string tensor(const std::string& key, std::int32_t elements, const std::vector<std::int32_t>& shape,
                   const std::vector<std::int32_t>& strides, std::int32_t offset) {
    const auto tuple = [](const std::vector<std::int32_t>& values) {
        std::string out = "(";
        for (const auto value : values) out += integer(value);
        return out + "t";
    };
    return global("torch._utils", "_rebuild_tensor_v2") + "((" + text("storage") + global("torch", "FloatStorage") +
           text(key) + text("cpu") + integer(elements) + "tQ" + integer(offset) + tuple(shape) + tuple(strides) +
           "\x89" + ")tR";
}

std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
    std::string out = "\x80\2}(";
    for (const auto& [name, value] : items) out += text(name) + value;
    return out + "u.";
}

}  // namespace pickled

std::string pytorchZip(const std::string& pickle, const std::map<std::string, std::string>& storages) {
    std::vector<ZipEntry> entries{{.name = "archive/data.pkl", .bytes = pickle},
                                  {.name = "archive/byteorder", .bytes = "little"}};
    for (const auto& [key, bytes] : storages) entries.push_back({.name = "archive/data/" + key, .bytes = bytes});
    return zipOf(entries);
}

std::string floats(const std::vector<float>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

std::vector<float> valuesOf(const TensorRecord& record) {
    std::vector<float> values(record.bytes.size() / sizeof(float));
    if (!values.empty()) std::memcpy(values.data(), record.bytes.data(), values.size() * sizeof(float));
    return values;
}

unsigned touch(const Checkpoint& checkpoint) {
    unsigned sum = 0;
    for (const auto& tensor : checkpoint.tensors)
        for (const auto byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);
    return sum;
}

bool sameTensors(const Checkpoint& a, const Checkpoint& b) {
    return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                      [](const auto& x, const auto& y) {
                          return x.name == y.name && x.dtype == y.dtype && x.shape == y.shape &&
                                 x.strides == y.strides && std::ranges::equal(x.bytes, y.bytes);
                      });
}

std::string fileBytes(const std::filesystem::path& path) {
    std::stringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
}

}  // namespace mantissa::test
