#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "number_words.h"

namespace mantissa::app {

/// Text cells in columns, two spaces apart: the first column flush left, the others flush right. A row of one cell is a
/// heading across them all.
class TextTable {
  public:
    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    std::string text() const {
        std::vector<std::size_t> widths;
        for (const auto& row : rows_) {
            widths.resize(std::max(widths.size(), row.size()));
            for (std::size_t i = 0; row.size() > 1 && i < row.size(); ++i)
                widths[i] = std::max(widths[i], columnsOf(row[i]));
        }
        std::string out;
        for (const auto& row : rows_) {
            std::string line;
            for (std::size_t i = 0; i < row.size(); ++i) {
                const std::size_t columns = columnsOf(row[i]);
                const std::string padding(widths[i] > columns ? widths[i] - columns : 0, ' ');
                line += i == 0 ? row[i] + padding : "  " + padding + row[i];
            }
            out += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
        }
        return out;
    }

  private:
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace mantissa::app
