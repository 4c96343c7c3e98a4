#include "hub_options.h"

#include <QUrl>
#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "storage/hub_cache.h"

namespace mantissa {
namespace {

/// A variable's text without white space around it, which a file that was read into it may have left.
std::string textFrom(const char* variable) {
    const char* value = std::getenv(variable);
    std::string_view text = value ? value : "";
    constexpr std::string_view kSpace = " \t\r\n";
    const auto first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

Error wrong(const char* variable, std::string what) {
    return {.code = ErrorCode::invalidArgument, .message = std::move(what), .where = variable};
}

bool isOn(std::string value) {
    std::transform(value.begin(), value.end(), value.begin(), [](unsigned char c) { return std::toupper(c); });
    return value == "1" || value == "ON" || value == "YES" || value == "TRUE";
}

}  // namespace

std::string HubOptions::host() const {
    const QUrl url(QString::fromStdString(endpoint));
    const QString port = url.port() < 0 ? QString() : QStringLiteral(":%1").arg(url.port());
    return (url.host() + port).toStdString();
}

Result<HubOptions> hubOptionsFromEnvironment() {
    if (isOn(textFrom("HF_HUB_OFFLINE")))
        return wrong("HF_HUB_OFFLINE", "is set, so nothing is fetched from the network");
    HubOptions options;
    options.cache = hubCacheFolder();
    if (auto endpoint = textFrom("HF_ENDPOINT"); !endpoint.empty()) {
        while (endpoint.ends_with('/')) endpoint.pop_back();
        const QUrl url(QString::fromStdString(endpoint), QUrl::StrictMode);
        const bool web = url.scheme() == QLatin1String("https") || url.scheme() == QLatin1String("http");
        if (!url.isValid() || !web || url.host().isEmpty() || url.hasQuery() || url.hasFragment() ||
            !url.userInfo().isEmpty())
            return wrong("HF_ENDPOINT", "is no address of a hub, such as https://huggingface.co");
        options.endpoint = std::move(endpoint);
    }
    options.token = textFrom("HF_TOKEN");
    // It goes into a header line: what ends a line must not pass.
    if (std::any_of(options.token.begin(), options.token.end(), [](unsigned char c) { return c <= ' ' || c >= 0x7F; }))
        return wrong("HF_TOKEN", "holds characters that no token has");
    return options;
}

}  // namespace mantissa
