#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace mantissa::app {

/// Takes one of these words, and nothing else: "“foo” is none of nearest-even, up or down". Each word becomes the
/// number beside it, as CLI11 reads an enumeration.
CLI::Validator oneOf(const std::vector<std::pair<std::string, int>>& words);

/// Takes a whole number from `least` to `most`, also written as 1e6: "1e-3 is no whole number from 1 to 4096".
CLI::Validator wholeNumber(std::uint64_t least, std::uint64_t most);

/// An option for one word of an enumeration.
template <class Choice>
CLI::Option* addWordOption(CLI::App& command, const std::string& name, Choice& value,
                           const std::vector<std::pair<std::string, Choice>>& words, const std::string& what) {
    static_assert(std::is_enum_v<Choice>);
    std::string all, usual;
    std::vector<std::pair<std::string, int>> numbers;
    for (const auto& [word, meaning] : words) {
        all += (all.empty() ? "" : "|") + word;
        if (meaning == value) usual = word;
        numbers.emplace_back(word, static_cast<int>(meaning));
    }
    return command.add_option(name, value, what)->transform(oneOf(numbers))->type_name(all)->default_str(usual);
}

/// An option for a whole number; its default is shown where `value` has one.
template <class Number>
CLI::Option* addNumberOption(CLI::App& command, const std::string& name, Number& value, const std::string& what,
                             std::uint64_t least, std::uint64_t most) {
    return command.add_option(name, value, what)->transform(wholeNumber(least, most))->type_name("N");
}

/// Refuses an empty word for any option of the program, which is what an unset variable of a shell leaves.
void refuseEmptyWords(CLI::App& app);

/// What is wrong with a word that no option takes: "--format is no option of mantissa compare; did you mean
/// --formats?". Empty where every word was taken.
std::string unexpectedWords(const CLI::App& app);

}  // namespace mantissa::app
