#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace mantissa::app {

/// Text cells in columns, two spaces apart: the first column flush left, the others flush right.
class TextTable {
  public:
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows_) {
            widths.resize(std::max(widths.size(), row.size()));
            for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
        }
        std::string out;
        for (const auto& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::string padding(widths[i] - columns(row[i]), ' ');
                line += i == 0 ? row[i] + padding : "  " + padding + row[i];
            }
            out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        return out;
    }

  private:
    /// Columns that UTF-8 text takes in a terminal, for scripts whose characters take one each.
    static std::size_t columns(const std::string& text) {
        return static_cast<std::size_t>(
            std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xC0) != 0x80; }));
    }

    std::vector<std::vector<std::string>> rows_;
};

}  // namespace mantissa::app
