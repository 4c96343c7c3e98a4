#pragma once

#include "formats/custom_format_editor.h"

namespace mantissa::ui {

/// The custom format of the Formats page, edited live.
class CustomFormat final : public CustomFormatEditor {
    Q_OBJECT

  public:
    explicit CustomFormat(FormatsSession& formats, QWidget* parent = nullptr);
};

}  // namespace mantissa::ui
