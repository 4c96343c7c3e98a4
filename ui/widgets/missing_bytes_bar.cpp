#include "widgets/missing_bytes_bar.h"

#include <QPainter>
#include <algorithm>

#include "charts/painted_item.h"
#include "number_text.h"
#include "theme/theme.h"

namespace mantissa::ui {
namespace {

constexpr int kFullWidth = 560;  // px; longer says no more
constexpr int kThickness = 20;
constexpr int kLabel = 18;    // px, of the line above and the line below
constexpr int kOverhang = 3;  // px, of the mark where the file ends
constexpr double kInset = 5;

QString bytesOf(std::uint64_t count) { return groupedText(static_cast<std::int64_t>(count)); }

double readablePart(const CutShort& file) {
    return static_cast<double>(file.present) / static_cast<double>(std::max<std::uint64_t>(file.announced, 1));
}

/// Never 0 or 100: some of it is there, and some is not.
QString percentOf(double part) {
    const double percent = part * 100;
    if (percent < 1) return QStringLiteral("< 1 %");
    if (percent > 99) return QStringLiteral("> 99 %");
    return QStringLiteral("%1 %").arg(fixedText(percent, 0));
}

}  // namespace

QString missingText(const CutShort& file) {
    return QObject::tr("%1 bytes, %2 of the file")
        .arg(bytesOf(file.announced - file.present), percentOf(1 - readablePart(file)));
}

QString cutShortText(const CutShort& file) {
    return QObject::tr("The file ends at byte %1 of %2 that its header announces. Missing: %3.")
        .arg(bytesOf(file.present), bytesOf(file.announced), missingText(file));
}

MissingBytesBar::MissingBytesBar(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    connect(&Theme::instance(), &Theme::changed, this, [this] { update(); });
}

void MissingBytesBar::setFile(const CutShort& file) {
    file_ = file;
    setAccessibleName(cutShortText(file));
    setToolTip(cutShortText(file));
    update();
}

QSize MissingBytesBar::sizeHint() const { return {kFullWidth, kThickness + 2 * kLabel}; }

QSize MissingBytesBar::minimumSizeHint() const { return {kFullWidth / 2, sizeHint().height()}; }

QRectF MissingBytesBar::barRect() const { return QRectF(0, kLabel, std::min(width(), kFullWidth), kThickness); }

QRectF MissingBytesBar::readableRect() const {
    QRectF rect = barRect();
    // A sliver stays visible, on either side.
    rect.setWidth(std::clamp(rect.width() * readablePart(file_), 2.0, rect.width() - 4));
    return rect;
}

QRectF MissingBytesBar::missingRect() const {
    QRectF rect = barRect();
    rect.setLeft(readableRect().right());
    return rect;
}

void MissingBytesBar::paintEvent(QPaintEvent*) {
    const Tokens& t = Theme::instance().tokens();
    const QFont words = themeFont(FontRole::words, kAxisPixels);
    const QFont strong = themeFont(FontRole::words, kAxisPixels, FontWeight::semibold);
    const QRectF bar = barRect(), readable = readableRect();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintBar(painter, readable, BarFill::solid, t.text2, t.card);
    paintBar(painter, missingRect(), BarFill::hatched, t.errorText, t.card);
    const QString share = tr("readable: %1").arg(percentOf(readablePart(file_)));
    if (textSize(share, strong).width() + 2 * kInset < readable.width())
        paintText(painter, {readable.left() + kInset, readable.center().y()}, Qt::AlignLeft | Qt::AlignVCenter, share,
                  strong, readableOn(t.text2));
    painter.fillRect(QRectF(readable.right() - 1, bar.top() - kOverhang, 2, bar.height() + 2 * kOverhang), t.errorText);

    const QString end = tr("file ends here, %1").arg(bytesOf(file_.present));
    const double half = textSize(end, strong).width() / 2;
    const double at = std::clamp(readable.right(), half, std::max(half, bar.right() - half));
    paintText(painter, {at, bar.top() - kOverhang - 1}, Qt::AlignHCenter | Qt::AlignBottom, end, strong, t.text1);
    const double below = bar.bottom() + kOverhang;
    paintText(painter, {bar.left(), below}, Qt::AlignLeft | Qt::AlignTop, QStringLiteral("0"), words, t.text3);
    paintText(painter, {bar.right(), below}, Qt::AlignRight | Qt::AlignTop,
              tr("%1 bytes, from the header").arg(bytesOf(file_.announced)), words, t.text3);
}

}  // namespace mantissa::ui
