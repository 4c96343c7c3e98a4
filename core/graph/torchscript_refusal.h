#pragma once

#include <string>

namespace mantissa {

/// What reading a TorchScript program as a Graph stops with, and what may be done instead.
struct TorchScriptRefusal {
    enum class Reason {
        unsupported,    ///< Mantissa does not run it at all
        needsShapes,    ///< runs once the shapes on its way are known: on an example picture
        dependsOnData,  ///< what it computes depends on the picture itself: it runs as a whole
    };
    Reason reason = Reason::unsupported;
    std::string message;  ///< names the construct
    std::string layer;    ///< module path; empty at the top
};

}  // namespace mantissa
