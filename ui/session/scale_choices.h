#pragma once

#include <filesystem>
#include <stop_token>
#include <utility>

#include "progress.h"
#include "study/calibration.h"

namespace mantissa::ui {

/// Scales of emulated formats as the user chose them. The pictures to calibrate on are a place until a job opens them.
struct ScaleChoices {
    QuantizationOptions options{};
    std::filesystem::path pictures{};  ///< empty: the picture at hand, or those of the Folder page

    bool operator==(const ScaleChoices&) const = default;
};

/// Takes the scales into a study's request; part of a job, because it looks through the folder.
template <class Request>
Status takeScales(Request& request, const ScaleChoices& chosen) {
    auto options = calibratedOn(chosen.options, chosen.pictures, *request.model);
    if (!options) return std::move(options).error();
    request.scales = *std::move(options);
    return Done{};
}

/// A job that takes the scales into the request and makes the study.
template <class Request, class Report>
auto jobOf(Result<Report> (*study)(const Request&, std::stop_token, const Progress&), Request request,
           const ScaleChoices& chosen) {
    return [study, request = std::move(request), chosen](std::stop_token stop,
                                                         const Progress& progress) mutable -> Result<Report> {
        if (auto status = takeScales(request, chosen); !status) return std::move(status).error();
        return study(request, std::move(stop), progress);
    };
}

}  // namespace mantissa::ui
