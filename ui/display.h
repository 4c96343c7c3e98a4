#pragma once

namespace mantissa::ui {

/// Whether a window can be opened: a display answers, or QT_QPA_PLATFORM names a platform that needs none. Qt itself
/// ends the process with abort() where none does, and says so in its own words.
bool displayAnswers();

}  // namespace mantissa::ui
