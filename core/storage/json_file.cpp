#include "storage/json_file.h"

#include "storage/mapped_file.h"

namespace mantissa {

Result<nlohmann::json> parseJson(std::span<const std::byte> bytes, const std::string& where) {
    using Json = nlohmann::json;
    const auto corrupt = [&](std::string message) {
        return Error{.code = ErrorCode::corrupt, .message = std::move(message), .where = where};
    };
    if (bytes.size() > 64'000'000) return corrupt("is larger than any configuration");
    bool tooDeep = false;
    const auto depthCheck = [&](int depth, Json::parse_event_t, Json&) {
        tooDeep |= depth > 64;
        return !tooDeep;
    };
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    try {
        Json json = Json::parse(text, depthCheck);
        if (tooDeep) return corrupt("nests deeper than any configuration");
        if (!json.is_object()) return corrupt("is no JSON object");
        return json;
    } catch (const Json::parse_error& error) {
        return corrupt("is not valid JSON at byte " + std::to_string(error.byte));
    } catch (const Json::exception&) {
        return corrupt("is not valid JSON");
    }
}

Result<nlohmann::json> readJsonFile(const std::filesystem::path& path) {
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    return parseJson(file->bytes(), path.string());
}

}  // namespace mantissa
