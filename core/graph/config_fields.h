#pragma once

// Private to core: includes nlohmann-json.

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "graph/input_size.h"
#include "result.h"

namespace mantissa {

/// Reads typed fields of a config.json and remembers the first that has another type. A field that is absent or null
/// leaves its target as it is. The JSON must outlive this.
class ConfigFields {
  public:
    ConfigFields(const nlohmann::json& json, std::filesystem::path path) : json_(json), path_(std::move(path)) {}

    void read(const char* name, bool& target);
    void read(const char* name, std::int64_t& target);
    void read(const char* name, double& target);
    void read(const char* name, std::string& target);

    /// A list of exactly N whole numbers.
    template <std::size_t N>
    void read(const char* name, std::array<std::int64_t, N>& target) {
        readList(name, target.data(), N);
    }

    /// A list of up to 64 whole numbers.
    void read(const char* name, std::vector<std::int64_t>& target);

    /// One number for both sides, [height, width] or {"height": …, "width": …}; 1 to 16384 px.
    void read(const char* name, std::optional<InputSize>& target);

    /// Null unless the field is there and not null.
    const nlohmann::json* find(const char* name) const;

    /// `what` completes the sentence that the field's name begins.
    void fail(const std::string& name, const std::string& what);
    const std::optional<Error>& problem() const { return problem_; }

  private:
    void readList(const char* name, std::int64_t* target, std::size_t count);

    const nlohmann::json& json_;
    std::filesystem::path path_;
    std::optional<Error> problem_;
};

}  // namespace mantissa
