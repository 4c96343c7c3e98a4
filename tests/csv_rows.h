#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace mantissa::test {

/// A CSV file (RFC 4180, no line breaks inside fields) as one map a row, by the names in its first line; empty where
/// there is no such file.
inline std::vector<std::map<std::string, std::string>> csvRows(const std::filesystem::path& path) {
    const auto fieldsOf = [](const std::string& line) {
        std::vector<std::string> fields(1);
        bool quoted = false;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (line[i] == '"') {
                if (quoted && i + 1 < line.size() && line[i + 1] == '"')
                    fields.back() += line[++i];
                else
                    quoted = !quoted;
            } else if (line[i] == ',' && !quoted) {
                fields.emplace_back();
            } else if (line[i] != '\r') {
                fields.back() += line[i];
            }
        }
        return fields;
    };
    std::ifstream in(path);
    std::string line;
    std::getline(in, line);
    const auto names = fieldsOf(line);
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(in, line)) {
        const auto fields = fieldsOf(line);
        rows.emplace_back();
        for (std::size_t i = 0; i < names.size() && i < fields.size(); ++i) rows.back()[names[i]] = fields[i];
    }
    return rows;
}

}  // namespace mantissa::test
