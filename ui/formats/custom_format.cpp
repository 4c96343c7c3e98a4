#include "formats/custom_format.h"

#include "formats/formats_session.h"

namespace mantissa::ui {

CustomFormat::CustomFormat(FormatsSession& formats, QWidget* parent)
    : CustomFormatEditor(formats.state().custom, parent) {
    connect(&formats, &FormatsSession::changed, this, [this, &formats] { setFormat(formats.state().custom); });
    connect(this, &CustomFormatEditor::chosen, this, [this, &formats](const CustomParts& parts, int gesture) {
        if (const Status status = formats.setCustom(parts, gesture); !status) refuse(status.error());
    });
}

}  // namespace mantissa::ui
