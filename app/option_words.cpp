#include "option_words.h"

#include <charconv>
#include <cmath>
#include <optional>

#include "near_names.h"

namespace mantissa::app {
namespace {

/// Digits, or a decimal number whose value is whole and held exactly.
std::optional<std::uint64_t> wholeValue(const std::string& text) {
    const char *begin = text.data(), *end = begin + text.size();
    std::uint64_t whole = 0;
    if (const auto [last, error] = std::from_chars(begin, end, whole); error == std::errc() && last == end)
        return whole;
    double value = 0;
    constexpr double kExact = 0x1p53;
    const auto [last, error] = std::from_chars(begin, end, value);
    if (error != std::errc() || last != end || !(value >= 0 && value <= kExact) || value != std::floor(value))
        return std::nullopt;
    return static_cast<std::uint64_t>(value);
}

/// The command that the words belong to, with its names from the program's on.
const CLI::App& innermost(const CLI::App& app, std::string& name) {
    const CLI::App* chosen = &app;
    name = "mantissa";
    for (auto next = chosen->get_subcommands(); !next.empty(); next = chosen->get_subcommands()) {
        chosen = next.front();
        name += " " + chosen->get_name();
    }
    return *chosen;
}

}  // namespace

CLI::Validator oneOf(const std::vector<std::pair<std::string, int>>& words) {
    return CLI::Validator(
        [words](std::string& text) -> std::string {
            std::vector<std::string> names;
            for (const auto& [word, number] : words) {
                if (word == text) {
                    text = std::to_string(number);
                    return {};
                }
                names.push_back(word);
            }
            return "“" + text + "” is none of " + eitherOf(names);
        },
        "");
}

CLI::Validator wholeNumber(std::uint64_t least, std::uint64_t most) {
    return CLI::Validator(
        [least, most](std::string& text) -> std::string {
            const auto value = wholeValue(text);
            if (!value || *value < least || *value > most)
                return "“" + text + "” is no whole number from " + std::to_string(least) + " to " +
                       std::to_string(most);
            text = std::to_string(*value);
            return {};
        },
        "");
}

void refuseEmptyWords(CLI::App& app) {
    const CLI::Validator filled(
        [](std::string& text) -> std::string {
            return text.empty() ? "is given an empty word; leave the option out for what it is by itself" : "";
        },
        "");
    for (CLI::Option* option : app.get_options())
        if (option->get_items_expected_max() > 0) option->check(filled);
    for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) refuseEmptyWords(*command);
}

std::string unexpectedWords(const CLI::App& app) {
    const auto words = app.remaining(true);
    if (words.empty()) return {};
    std::string command;
    const CLI::App& chosen = innermost(app, command);
    for (const auto& word : words) {
        if (!word.starts_with("-")) continue;
        const std::string typed = word.substr(0, word.find('='));
        std::vector<std::string> names;
        for (const CLI::Option* option : chosen.get_options())
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
        const auto near = namesNear(typed, names, 2);
        return typed + " is no option of " + command + (near.empty() ? "" : "; did you mean " + eitherOf(near) + "?");
    }
    return "“" + words.front() + "” is one word more than " + command + " takes";
}

}  // namespace mantissa::app
