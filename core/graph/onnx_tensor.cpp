#include "graph/onnx_tensor.h"

#include <charconv>
#include <cstring>
#include <vector>

#include "graph/onnx_refusal.h"
#include "storage/mapped_file.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using protozero::pbf_reader;
using protozero::pbf_wire_type;
using protozero::tag_and_type;

constexpr std::size_t kMostDimensions = 64;

/// The fields of a TensorProto, before they are put together.
struct Parts {
    std::string name;
    std::int64_t type = 0;
    std::vector<std::int64_t> shape;
    std::optional<protozero::data_view> raw;
    bool external = false;
    std::string location;
    std::uint64_t offset = 0;
    std::optional<std::uint64_t> length;
};

[[noreturn]] void damaged(const Parts& parts, std::string what) {
    throw OnnxRefusal{ErrorCode::corrupt, std::move(what), "tensor " + parts.name};
}
[[noreturn]] void refused(const Parts& parts, std::string what) {
    throw OnnxRefusal{ErrorCode::unsupported, std::move(what), "tensor " + parts.name};
}

std::uint64_t wholeNumber(const Parts& parts, const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        damaged(parts, "has an external position that is no number");
    return value;
}

void readExternal(pbf_reader message, Parts& parts) {
    std::string key, value;
    while (message.next()) switch (message.tag_and_type()) {
            case tag_and_type(1, pbf_wire_type::length_delimited):
                key = message.get_string();
                break;
            case tag_and_type(2, pbf_wire_type::length_delimited):
                value = message.get_string();
                break;
            default:
                message.skip();
        }
    if (key == "location") parts.location = value;
    if (key == "offset") parts.offset = wholeNumber(parts, value);
    if (key == "length") parts.length = wholeNumber(parts, value);
}

void addDimension(Parts& parts, std::int64_t size) {
    if (parts.shape.size() >= kMostDimensions) damaged(parts, "has more than 64 dimensions");
    parts.shape.push_back(size);
}

Parts readParts(pbf_reader& message) {
    Parts parts;
    while (message.next()) switch (message.tag_and_type()) {
            case tag_and_type(1, pbf_wire_type::varint):
                addDimension(parts, message.get_int64());
                break;
            case tag_and_type(1, pbf_wire_type::length_delimited):
                for (const std::int64_t size : message.get_packed_int64()) addDimension(parts, size);
                break;
            case tag_and_type(2, pbf_wire_type::varint):
                parts.type = message.get_int32();
                break;
            case tag_and_type(8, pbf_wire_type::length_delimited):
                parts.name = message.get_string();
                break;
            case tag_and_type(9, pbf_wire_type::length_delimited):
                parts.raw = message.get_view();
                break;
            case tag_and_type(13, pbf_wire_type::length_delimited):
                readExternal(message.get_message(), parts);
                break;
            case tag_and_type(14, pbf_wire_type::varint):
                parts.external = message.get_int32() == 1;
                break;
            default:
                message.skip();
        }
    return parts;
}

/// Bytes that the shape asks for, without overflow.
std::size_t bytesOf(const Parts& parts, DType dtype) {
    auto bytes = static_cast<std::int64_t>(elementBytes(dtype));
    for (const std::int64_t size : parts.shape)
        if (size < 0 || __builtin_mul_overflow(bytes, size, &bytes))
            damaged(parts, "has a size that no tensor can have");
    return static_cast<std::size_t>(bytes);
}

/// The file that holds the bytes, which must stand in the model's folder or below it, links followed.
fs::path externalFile(const Parts& parts, const OnnxStorage& storage) {
    const fs::path location = parts.location;
    std::error_code error;
    const fs::path folder =
        fs::weakly_canonical(storage.path.has_parent_path() ? storage.path.parent_path() : fs::path("."), error);
    if (location.empty() || location.is_absolute() || error)
        refused(parts, "is stored in “" + parts.location + "”, which is no file below the model's folder");
    const fs::path file = fs::weakly_canonical(folder / location, error);
    const fs::path below = file.lexically_relative(folder);
    if (error || below.empty() || *below.begin() == "..")
        refused(parts, "is stored in “" + parts.location + "”, which is no file below the model's folder");
    return file;
}

void useExternal(const Parts& parts, const OnnxStorage& storage, std::size_t bytes, TensorRecord& record) {
    auto file = MappedFile::open(externalFile(parts, storage));
    if (!file) throw OnnxRefusal{file.error().code, file.error().text(), "tensor " + parts.name};
    const auto all = file->bytes();
    if (parts.length && *parts.length != bytes)
        damaged(parts,
                "takes " + std::to_string(bytes) + " bytes, and " + std::to_string(*parts.length) + " are stored");
    if (parts.offset > all.size() || bytes > all.size() - parts.offset)
        damaged(parts, "reaches beyond the end of “" + parts.location + "”; copy or download it again");
    record.bytes = all.subspan(parts.offset, bytes);
    record.owner = file->owner();
    record.fileOffset = parts.offset;
}

/// Copies the values of the typed fields; `add` gets what each was stored as.
class TypedValues {
  public:
    TypedValues(const Parts& parts, DType dtype, std::size_t bytes) : parts_(parts), dtype_(dtype), bytes_(bytes) {}

    void read(pbf_reader message) {
        while (message.next()) switch (message.tag_and_type()) {
                case tag_and_type(4, pbf_wire_type::fixed32):
                    add(message.get_float());
                    break;
                case tag_and_type(4, pbf_wire_type::length_delimited):
                    addAll(message.get_packed_float());
                    break;
                case tag_and_type(5, pbf_wire_type::varint):
                    add(message.get_int32());
                    break;
                case tag_and_type(5, pbf_wire_type::length_delimited):
                    addAll(message.get_packed_int32());
                    break;
                case tag_and_type(7, pbf_wire_type::varint):
                    add(message.get_int64());
                    break;
                case tag_and_type(7, pbf_wire_type::length_delimited):
                    addAll(message.get_packed_int64());
                    break;
                case tag_and_type(10, pbf_wire_type::fixed64):
                    add(message.get_double());
                    break;
                case tag_and_type(10, pbf_wire_type::length_delimited):
                    addAll(message.get_packed_double());
                    break;
                case tag_and_type(11, pbf_wire_type::varint):
                    add(message.get_uint64());
                    break;
                case tag_and_type(11, pbf_wire_type::length_delimited):
                    addAll(message.get_packed_uint64());
                    break;
                default:
                    message.skip();
            }
        if (values_.size() != bytes_)
            damaged(parts_, "takes " + std::to_string(bytes_) + " bytes, and " + std::to_string(values_.size()) +
                                " are stored");
    }

    std::vector<std::byte> take() { return std::move(values_); }

  private:
    template <class Range>
    void addAll(const Range& range) {
        for (const auto value : range) add(value);
    }

    /// Narrow types stand in int32_data as their bits; which field holds which type is onnx.proto's choice.
    template <class T>
    void add(T value) {
        const std::size_t size = elementBytes(dtype_);
        constexpr bool isFloating = std::is_floating_point_v<T>;
        const bool fits = isFloating ? size == sizeof(T) && mantissa::isFloating(dtype_) : size <= sizeof(T);
        if (!fits) damaged(parts_, "stores its values in a field of another type");
        if (values_.size() + size > bytes_) damaged(parts_, "stores more values than its shape has");
        const auto* first = reinterpret_cast<const std::byte*>(&value);
        values_.insert(values_.end(), first, first + size);
    }

    const Parts& parts_;
    DType dtype_;
    std::size_t bytes_;
    std::vector<std::byte> values_;
};

}  // namespace

std::optional<DType> onnxElementType(std::int64_t number) {
    switch (number) {
        case 1:
            return DType::f32;
        case 2:
            return DType::u8;
        case 3:
            return DType::i8;
        case 4:
            return DType::u16;
        case 5:
            return DType::i16;
        case 6:
            return DType::i32;
        case 7:
            return DType::i64;
        case 9:
            return DType::boolean;
        case 10:
            return DType::f16;
        case 11:
            return DType::f64;
        case 12:
            return DType::u32;
        case 13:
            return DType::u64;
        case 16:
            return DType::bf16;
        case 17:
            return DType::f8e4m3;
        case 19:
            return DType::f8e5m2;
        default:
            return std::nullopt;
    }
}

TensorRecord readOnnxTensor(pbf_reader message, const OnnxStorage& storage) {
    const pbf_reader again = message;
    const Parts parts = readParts(message);
    const auto dtype = onnxElementType(parts.type);
    if (!dtype)
        refused(parts, "has elements of type " + std::to_string(parts.type) +
                           " (TensorProto.DataType), which Mantissa does not read");
    const std::size_t bytes = bytesOf(parts, *dtype);
    TensorRecord record;
    record.name = parts.name;
    record.dtype = *dtype;
    record.shape = parts.shape;
    if (parts.external) {
        useExternal(parts, storage, bytes, record);
    } else if (parts.raw) {
        if (parts.raw->size() != bytes)
            damaged(parts, "takes " + std::to_string(bytes) + " bytes, and " + std::to_string(parts.raw->size()) +
                               " are stored");
        record.bytes = {reinterpret_cast<const std::byte*>(parts.raw->data()), bytes};
        record.owner = storage.owner;
    } else {
        TypedValues values(parts, *dtype, bytes);
        values.read(again);
        const auto memory = std::make_shared<std::vector<std::byte>>(values.take());
        record.bytes = *memory;
        record.owner = memory;
    }
    // Protobuf does not align what it stores, and kernels read whole elements.
    if (reinterpret_cast<std::uintptr_t>(record.bytes.data()) % elementBytes(*dtype) != 0) {
        const auto memory = std::make_shared<std::vector<std::byte>>(record.bytes.begin(), record.bytes.end());
        record.bytes = *memory;
        record.owner = memory;
    }
    return record;
}

}  // namespace mantissa
