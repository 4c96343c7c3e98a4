#include "window/drop_frame.h"

#include <QFontMetrics>
#include <QMimeData>
#include <QPainter>
#include <QUrl>
#include <algorithm>

#include "session/session.h"
#include "theme/theme.h"

namespace mantissa::ui {

DropPlan planDrop(const QMimeData& data) {
    DropPlan plan;
    for (const auto& url : data.urls())
        if (url.isLocalFile()) plan.files.emplace_back(url.toLocalFile().toStdString());
    if (!plan.files.empty()) {
        const auto pictures = std::count_if(plan.files.begin(), plan.files.end(), looksLikePicture);
        const auto models = static_cast<std::ptrdiff_t>(plan.files.size()) - pictures;
        if (pictures > 0 && models > 0)
            plan.text = QObject::tr("Open as model and image");
        else if (models > 0)
            plan.text = models == 1 ? QObject::tr("Open as model") : QObject::tr("Open one of %1 models").arg(models);
        else
            plan.text = pictures == 1 ? QObject::tr("Open as image")
                                      : QObject::tr("Open the first image, list the other %1").arg(pictures - 1);
    } else if (data.hasImage()) {
        plan.picture = true;
        plan.text = QObject::tr("Open as image");
    }
    return plan;
}

DropFrame::DropFrame(QWidget* parent) : QWidget(parent) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void DropFrame::showText(const QString& text) {
    text_ = text;
    setGeometry(parentWidget()->rect());
    raise();
    show();
    update();
}

void DropFrame::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(t.accent, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
    const QFont font = themeFont(FontRole::words, kFindingPixels, FontWeight::semibold);
    const QSize words = QFontMetrics(font).size(Qt::TextSingleLine, text_) + QSize(40, 22);
    const QRect box(QPoint((width() - words.width()) / 2, (height() - words.height()) / 2), words);
    painter.setPen(Qt::NoPen);
    painter.setBrush(t.accent);
    painter.drawRoundedRect(box, 6, 6);
    painter.setPen(t.onAccent);
    painter.setFont(font);
    painter.drawText(box, Qt::AlignCenter, text_);
}

}  // namespace mantissa::ui
