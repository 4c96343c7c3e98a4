#include "storage/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "storage/mapped_file.h"

// File format: 8 bytes little-endian header length n, n bytes of JSON that begin with '{' and may end in spaces, then the data.
// The JSON maps names to {"dtype", "shape", "data_offsets": [begin, end)} relative to the data; ranges cover the data without
// overlap or gap. An optional "__metadata__" maps strings to strings.

namespace mantissa {
namespace {

using Json = nlohmann::json;

// The reference implementation's bound; real headers of the largest models take some megabytes.
constexpr std::uint64_t kMaxHeader = 100'000'000;

static_assert(std::endian::native == std::endian::little, "tensors are read in place as little-endian");

struct Context {
    std::filesystem::path path;
    Error corrupt(std::string message, const std::string& tensor = {}) const {
        return {.code = ErrorCode::corrupt,
                .message = std::move(message),
                .where = path.string() + (tensor.empty() ? "" : ": tensor " + tensor)};
    }
};

std::string megabytes(std::uint64_t bytes) {
    if (bytes < 1'000'000) return std::to_string(bytes) + " bytes";
    return std::to_string(bytes / 1'000'000) + "." + std::to_string(bytes / 100'000 % 10) + " MB";
}

/// Parses the header; refuses what the format text forbids and the JSON library would let pass: duplicate names and nesting beyond
/// the four levels that a header has.
Result<Json> parseHeader(std::string_view text, const Context& context) {
    if (text.empty() || text.front() != '{') return context.corrupt("the header at byte 8 does not begin with “{”; this is no safetensors file");
    std::set<std::string> names;
    std::string duplicate;
    bool tooDeep = false;
    const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth > 4) tooDeep = true;
        if (event == Json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second)
            duplicate = parsed.get<std::string>();
        return !tooDeep;  // false discards the element, so that a hostile header is not built up in memory
    };
    Json header;
    try {
        header = Json::parse(text, check);
    } catch (const Json::exception&) {
        return context.corrupt("the header at bytes 8 to " + std::to_string(8 + text.size()) +
                               " is not valid JSON; the file is damaged or no safetensors file");
    }
    if (tooDeep) return context.corrupt("the header nests deeper than any tensor description");
    if (!duplicate.empty()) return context.corrupt("the header describes this tensor twice", duplicate);
    if (!header.is_object()) return context.corrupt("the header is no JSON object");
    return header;
}

std::optional<std::uint64_t> unsignedOf(const Json& value) {
    if (!value.is_number_unsigned()) return std::nullopt;
    return value.get<std::uint64_t>();
}

/// One tensor's description, checked against itself; `begin` comes out relative to the data.
Result<TensorRecord> readDescription(const std::string& name, const Json& json, const Context& context, std::uint64_t& begin,
                                     std::uint64_t& end) {
    if (!json.is_object() || !json.contains("dtype") || !json.contains("shape") || !json.contains("data_offsets"))
        return context.corrupt("its description lacks dtype, shape or data_offsets", name);
    TensorRecord record;
    record.name = name;
    const Json& dtype = json["dtype"];
    if (!dtype.is_string()) return context.corrupt("its dtype is not a word", name);
    const auto known = dtypeFromName(dtype.get_ref<const std::string&>());
    if (!known) return context.corrupt("its dtype “" + dtype.get<std::string>() + "” is none that Mantissa knows", name);
    record.dtype = *known;
    const Json& shape = json["shape"];
    if (!shape.is_array() || shape.size() > 64) return context.corrupt("its shape is not a list of sizes", name);
    std::uint64_t bits = elementBits(record.dtype);
    for (const Json& size : shape) {
        const auto n = unsignedOf(size);
        if (!n || *n > INT64_MAX) return context.corrupt("its shape holds something that is no size", name);
        if (__builtin_mul_overflow(bits, *n, &bits)) return context.corrupt("its shape asks for more than 2^64 bits", name);
        record.shape.push_back(static_cast<std::int64_t>(*n));
    }
    if (bits % 8 != 0)
        return context.corrupt("its shape asks for " + std::to_string(record.numel()) + " values of " +
                                   std::to_string(elementBits(record.dtype)) + " bits, which do not fill whole bytes",
                               name);
    const std::uint64_t bytes = bits / 8;
    const Json& offsets = json["data_offsets"];
    const auto first = offsets.is_array() && offsets.size() == 2 ? unsignedOf(offsets[0]) : std::nullopt;
    const auto last = offsets.is_array() && offsets.size() == 2 ? unsignedOf(offsets[1]) : std::nullopt;
    if (!first || !last || *first > *last) return context.corrupt("its data_offsets are not two positions in order", name);
    if (*last - *first != bytes)
        return context.corrupt("its shape and dtype need " + std::to_string(bytes) + " bytes, its data_offsets span " +
                                   std::to_string(*last - *first),
                               name);
    begin = *first;
    end = *last;
    return record;
}

Status readMetadata(const Json& json, SafetensorsFile& file, const Context& context) {
    if (!json.is_object()) return context.corrupt("__metadata__ does not map words to words");
    for (const auto& [key, value] : json.items()) {
        if (!value.is_string()) return context.corrupt("__metadata__ does not map words to words (key “" + key + "”)");
        file.metadata[key] = value.get<std::string>();
    }
    return Done{};
}

}  // namespace

const TensorRecord* SafetensorsFile::find(const std::string& name) const {
    for (const auto& t : tensors)
        if (t.name == name) return &t;
    return nullptr;
}

Result<SafetensorsFile> openSafetensors(const std::filesystem::path& path) {
    auto mapped = MappedFile::open(path);
    if (!mapped) return std::move(mapped).error();
    const auto bytes = mapped->bytes();
    const Context context{path};
    if (bytes.size() < 8)
        return context.corrupt("has " + std::to_string(bytes.size()) + " bytes; a safetensors file begins with 8 for the length of its header");
    std::uint64_t headerSize = 0;
    std::memcpy(&headerSize, bytes.data(), 8);
    if (headerSize > kMaxHeader || headerSize > bytes.size() - 8)
        return context.corrupt("announces a header of " + std::to_string(headerSize) + " bytes, but " + std::to_string(bytes.size() - 8) +
                               " follow; the file is cut short or no safetensors file");
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, headerSize);
    auto header = parseHeader(text, context);
    if (!header) return std::move(header).error();

    SafetensorsFile file;
    file.path = path;
    struct Range {
        std::uint64_t begin, end;
        TensorRecord record;
    };
    std::vector<Range> ranges;
    for (const auto& [name, description] : header->items()) {
        if (name == "__metadata__") {
            if (auto status = readMetadata(description, file, context); !status) return std::move(status).error();
            continue;
        }
        Range range{};
        auto record = readDescription(name, description, context, range.begin, range.end);
        if (!record) return std::move(record).error();
        range.record = *std::move(record);
        ranges.push_back(std::move(range));
    }
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return std::tie(a.begin, a.end) < std::tie(b.begin, b.end); });

    const auto data = bytes.subspan(8 + headerSize);
    std::uint64_t expected = 0;
    for (auto& range : ranges) {
        const std::string& name = range.record.name;
        if (range.begin < expected) return context.corrupt("begins inside the tensor before it, at byte " + std::to_string(range.begin) + " of the data", name);
        if (range.begin > expected)
            return context.corrupt("begins at byte " + std::to_string(range.begin) + " of the data, " +
                                       std::to_string(range.begin - expected) + " bytes after the tensor before it; the file is damaged",
                                   name);
        if (range.end > data.size()) {
            // Not that of the last in order: a damaged header may let one begin inside another.
            const std::uint64_t whole = std::ranges::max_element(ranges, {}, &Range::end)->end;
            Error error = context.corrupt("is the first tensor past the end: the header announces " + megabytes(whole - data.size()) +
                                              " more than the file holds. It is cut short; copy or download it again",
                                          name);
            // A damaged header may announce an end that no file has.
            if (std::uint64_t announced = 0; !__builtin_add_overflow(whole, 8 + headerSize, &announced))
                error.cutShort = {.present = bytes.size(), .announced = announced};
            return error;
        }
        expected = range.end;
        range.record.bytes = data.subspan(range.begin, range.end - range.begin);
        range.record.owner = mapped->owner();
        range.record.fileOffset = 8 + headerSize + range.begin;
        file.tensors.push_back(std::move(range.record));
    }
    if (expected != data.size())
        return context.corrupt("has " + std::to_string(data.size() - expected) + " bytes after its last tensor; the file is damaged");
    return file;
}

}  // namespace mantissa
