#include "formats/exact_text.h"

#include <algorithm>
#include <cmath>

#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kMostLines = 3;

}  // namespace

ExactText::ExactText(QWidget* parent) : QPlainTextEdit(parent) {
    setReadOnly(true);
    setTabChangesFocus(true);
    setWordWrapMode(QTextOption::WrapAnywhere);
    setFrameShape(QFrame::NoFrame);
    setProperty("role", "number");
    setFont(themeFont(FontRole::numbers, kSecondaryPixels));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(0);
    viewport()->setAutoFillBackground(false);
}

void ExactText::setNumber(const QString& text) {
    if (toPlainText() == text) return;
    setPlainText(text);
    updateGeometry();
}

int ExactText::lineCount() const {
    const double digit = QFontMetricsF(font()).horizontalAdvance('0');
    const auto room = std::max(1, static_cast<int>((width() - 8) / digit));
    return std::clamp(static_cast<int>((toPlainText().size() + room - 1) / room), 1, kMostLines);
}

QSize ExactText::sizeHint() const { return {240, lineCount() * QFontMetrics(font()).lineSpacing() + 6}; }

void ExactText::resizeEvent(QResizeEvent* event) {
    QPlainTextEdit::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) updateGeometry();
}

}  // namespace mantissa::ui
