#include "storage/pytorch_checkpoint.h"

#include <cstring>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "storage/mapped_file.h"
#include "storage/pickle.h"
#include "storage/strided_view.h"

namespace mantissa {
namespace {

using Kind = PickleValue::Kind;

using FindStorage = std::function<Result<StorageBytes>(const PickleValue& storage)>;

bool holdsTensors(const Pickle& pickle, const PickleValue& v) {
    if (v.kind != Kind::dict) return false;
    for (std::size_t i = 1; i < v.items.size(); i += 2)
        if (pickle.at(v.items[i]).kind == Kind::tensor) return true;
    return false;
}

/// What a dict keeps under a name; as in Python, the last one set counts.
const PickleValue* entry(const Pickle& pickle, const PickleValue& dict, std::string_view name) {
    for (std::size_t i = dict.items.size(); i > 1; i -= 2) {
        const PickleValue& key = pickle.at(dict.items[i - 2]);
        if (key.kind == Kind::text && key.text == name) return &pickle.at(dict.items[i - 1]);
    }
    return nullptr;
}

/// The dict that holds the tensors: the root, or what it keeps under one of the names that training scripts use.
const PickleValue* stateDict(const Pickle& pickle) {
    const PickleValue& root = pickle.at(pickle.root);
    if (holdsTensors(pickle, root)) return &root;
    if (root.kind != Kind::dict) return nullptr;
    for (const char* name : {"state_dict", "model", "model_state_dict", "net", "weights"})
        if (const auto* inner = entry(pickle, root, name); inner && holdsTensors(pickle, *inner)) return inner;
    return nullptr;
}

Result<TensorRecord> toRecord(const Pickle& pickle, const std::string& name, const PickleValue& tensor, const FindStorage& find,
                              const std::string& where) {
    const PickleValue& storage = pickle.at(tensor.items.at(0));
    auto found = find(storage);
    if (!found) return std::move(found).error();
    const StridedView view{.dtype = storage.dtype, .shape = tensor.shape, .strides = tensor.strides, .offset = tensor.integer};
    if (auto record = viewOf(name, view, *found)) return *std::move(record);
    return Error{.code = ErrorCode::corrupt, .message = "reaches beyond the bytes that are stored for it", .where = where + ": tensor " + name};
}

Error withoutTensors(const std::string& where) {
    return {.code = ErrorCode::unsupported, .message = "holds no tensors by name; save the model's state_dict()", .where = where};
}

/// The tensors of a state dict, none where the dict is empty.
Result<std::vector<TensorRecord>> collect(const Pickle& pickle, const FindStorage& find, const std::string& where) {
    const PickleValue& root = pickle.at(pickle.root);
    const PickleValue* dict = root.kind == Kind::dict && root.items.empty() ? &root : stateDict(pickle);
    if (!dict) return withoutTensors(where);
    std::vector<TensorRecord> tensors;
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i + 1 < dict->items.size(); i += 2) {
        const PickleValue& key = pickle.at(dict->items[i]);
        const PickleValue& value = pickle.at(dict->items[i + 1]);
        if (key.kind != Kind::text || value.kind != Kind::tensor) continue;  // counters and settings beside the tensors
        if (!names.insert(key.text).second)
            return Error{.code = ErrorCode::corrupt, .message = "is there twice", .where = where + ": tensor " + key.text};
        auto record = toRecord(pickle, key.text, value, find, where);
        if (!record) return std::move(record).error();
        tensors.push_back(*std::move(record));
    }
    return tensors;
}

Result<Checkpoint> toCheckpoint(Result<std::vector<TensorRecord>> tensors, const std::filesystem::path& path, std::string form) {
    if (!tensors) return std::move(tensors).error();
    if (tensors->empty()) return withoutTensors(path.string());
    return Checkpoint{.path = path, .form = std::move(form), .tensors = *std::move(tensors)};
}

}  // namespace

Result<std::vector<TensorRecord>> openPytorchZip(const ZipArchive& archive) {
    const std::string root = archive.rootFolder();
    if (archive.has(root + "/byteorder")) {
        auto order = archive.read(root + "/byteorder");
        if (!order) return std::move(order).error();
        const std::string_view text(reinterpret_cast<const char*>(order->bytes.data()), order->bytes.size());
        if (text != "little")
            return Error{.code = ErrorCode::unsupported, .message = "was written big-endian; save it again on a little-endian machine", .where = archive.where()};
    }
    auto data = archive.read(root + "/data.pkl");
    if (!data) return std::move(data).error();
    auto pickle = readPickle(data->bytes, archive.where() + ": record " + root + "/data.pkl");
    if (!pickle) return std::move(pickle).error();
    std::unordered_map<std::string, StorageBytes> read;
    const FindStorage find = [&](const PickleValue& storage) -> Result<StorageBytes> {
        const auto known = read.find(storage.text);
        if (known != read.end()) return known->second;
        auto bytes = archive.read(root + "/data/" + storage.text);
        if (!bytes) return std::move(bytes).error();
        return read.emplace(storage.text, StorageBytes{bytes->bytes, bytes->owner, bytes->fileOffset}).first->second;
    };
    return collect(*pickle, find, archive.where());
}

Result<Checkpoint> openPytorchZip(const std::filesystem::path& path) {
    auto archive = ZipArchive::open(path);
    if (!archive) return std::move(archive).error();
    return toCheckpoint(openPytorchZip(*archive), path, "PyTorch zip");
}

Result<Checkpoint> openPytorchLegacy(const std::filesystem::path& path) {
    auto mapped = MappedFile::open(path);
    if (!mapped) return std::move(mapped).error();
    std::span<const std::byte> rest = mapped->bytes();
    // Magic number, protocol version, system information, the object, the storages' keys: a pickle each.
    std::vector<Pickle> pickles;
    for (const char* what : {"magic number", "version", "system information", "object", "storage list"}) {
        auto pickle = readPickle(rest, path.string() + ": " + what);
        if (!pickle) return std::move(pickle).error();
        rest = rest.subspan(pickle->size);
        pickles.push_back(*std::move(pickle));
    }
    const auto corrupt = [&](std::string message) { return Error{.code = ErrorCode::corrupt, .message = std::move(message), .where = path.string()}; };
    std::unordered_map<std::string, DType> types;
    for (const auto& v : pickles[3].values)
        if (v.kind == Kind::storage) types[v.text] = v.dtype;
    std::unordered_map<std::string, StorageBytes> storages;
    const PickleValue& keys = pickles[4].at(pickles[4].root);
    if (keys.kind != Kind::list) return corrupt("has no list of its storages");
    for (const auto index : keys.items) {
        const std::string& key = pickles[4].at(index).text;
        const auto type = types.find(key);
        std::int64_t count = 0;
        if (type == types.end() || rest.size() < 8) return corrupt("is cut short; copy or download it again");
        std::memcpy(&count, rest.data(), 8);
        rest = rest.subspan(8);
        const std::size_t size = elementBytes(type->second);
        if (count < 0 || static_cast<std::uint64_t>(count) > rest.size() / size)
            return corrupt("is cut short inside storage " + key + "; copy or download it again");
        storages[key] = {.bytes = rest.first(static_cast<std::size_t>(count) * size), .owner = mapped->owner()};
        rest = rest.subspan(static_cast<std::size_t>(count) * size);
    }
    const FindStorage find = [&](const PickleValue& storage) -> Result<StorageBytes> {
        const auto found = storages.find(storage.text);
        if (found == storages.end()) return corrupt("lacks the bytes of storage " + storage.text);
        return found->second;
    };
    auto checkpoint = toCheckpoint(collect(pickles[3], find, path.string()), path, "PyTorch legacy");
    if (checkpoint) checkpoint->mapped = true;
    return checkpoint;
}

}  // namespace mantissa
