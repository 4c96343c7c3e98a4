#include "near_names.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace mantissa {
namespace {

/// Levenshtein's distance (1966).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i] != b[j]);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

}  // namespace

std::vector<std::string> namesNear(std::string_view typed, const std::vector<std::string>& names, std::size_t most) {
    // What is longer was never typed by hand, and the distance takes the product of both lengths.
    constexpr std::size_t kLongest = 200;
    if (typed.size() > kLongest) return {};
    const std::size_t furthest = std::max<std::size_t>(2, typed.size() / 3);
    std::vector<std::pair<std::size_t, std::string>> near;
    for (const auto& name : names) {
        if (name.size() > typed.size() + furthest || name.size() + furthest < typed.size()) continue;
        // A short name is not reached by changing nearly all of it.
        const std::size_t steps = distance(typed, name);
        if (steps <= furthest && steps < std::max(typed.size(), name.size())) near.emplace_back(steps, name);
    }
    std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> found;
    for (std::size_t i = 0; i < std::min(most, near.size()); ++i) found.push_back(std::move(near[i].second));
    return found;
}

std::string eitherOf(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " or " : ", ") + names[i];
    return text;
}

}  // namespace mantissa
