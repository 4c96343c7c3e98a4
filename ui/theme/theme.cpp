#include "theme/theme.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFontDatabase>
#include <QStyleFactory>
#include <QToolTip>

// Resources of a static library are only linked in when asked for; the macro declares a function and must stand outside
// namespaces.
static void initResources() { Q_INIT_RESOURCE(theme); }

namespace mantissa::ui {
namespace {

constexpr auto kPortalService = "org.freedesktop.portal.Desktop";
constexpr auto kPortalPath = "/org/freedesktop/portal/desktop";
constexpr auto kPortalSettings = "org.freedesktop.portal.Settings";
const QString kAppearance = QStringLiteral("org.freedesktop.appearance");
const QString kColorScheme = QStringLiteral("color-scheme");

QPalette paletteOf(const Tokens& t) {
    QPalette palette;
    palette.setColor(QPalette::Window, t.page);
    palette.setColor(QPalette::WindowText, t.text1);
    palette.setColor(QPalette::Base, t.card);
    palette.setColor(QPalette::AlternateBase, t.sunken);
    palette.setColor(QPalette::Text, t.text1);
    palette.setColor(QPalette::PlaceholderText, t.text3);
    palette.setColor(QPalette::Button, t.card);
    palette.setColor(QPalette::ButtonText, t.text1);
    palette.setColor(QPalette::BrightText, t.errorText);
    palette.setColor(QPalette::Light, t.cardLine);
    palette.setColor(QPalette::Midlight, t.cardLine);
    palette.setColor(QPalette::Mid, t.buttonLine);
    palette.setColor(QPalette::Dark, t.inputLine);
    palette.setColor(QPalette::Shadow, t.window);
    palette.setColor(QPalette::Highlight, t.accent);
    palette.setColor(QPalette::HighlightedText, t.onAccent);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.accent);
    palette.setColor(QPalette::ToolTipBase, t.card);
    palette.setColor(QPalette::ToolTipText, t.text1);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, t.text3);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, t.buttonLine);
    return palette;
}

/// The first of `families` that is installed, else the system's general or fixed font.
QFont familyOf(FontRole role) {
    const bool words = role == FontRole::words;
    const QStringList families = words ? QStringList{"Inter", "Inter Variable"} : QStringList{"JetBrains Mono"};
    const QStringList installed = QFontDatabase::families();
    for (const auto& family : families)
        if (installed.contains(family)) return QFont(family);
    return QFontDatabase::systemFont(words ? QFontDatabase::GeneralFont : QFontDatabase::FixedFont);
}

}  // namespace

Theme& Theme::instance() {
    static Theme theme;
    return theme;
}

Theme::Theme() = default;

void Theme::install() {
    if (installed_) return;
    installed_ = true;
    initResources();
    // Qt 6.4 has no QStyleHints::colorScheme: the platform's own palette tells, and the desktop portal where there is
    // one.
    paletteScheme_ =
        QGuiApplication::palette().color(QPalette::Window).lightness() < 128 ? Scheme::dark : Scheme::light;
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setFont(themeFont(FontRole::words, kBodyPixels));
    scheme_ = mode_ == ThemeMode::system ? systemScheme() : mode_ == ThemeMode::dark ? Scheme::dark : Scheme::light;
    apply();
    askPortal();
}

void Theme::askPortal() {
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(QString(), kPortalPath, kPortalSettings, QStringLiteral("SettingChanged"), this,
                SLOT(onPortalSettingChanged(QString, QString, QDBusVariant)));
    auto read = QDBusMessage::createMethodCall(kPortalService, kPortalPath, kPortalSettings, QStringLiteral("Read"));
    read << kAppearance << kColorScheme;
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(read), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* call) {
        const QDBusPendingReply<QDBusVariant> reply = *call;
        call->deleteLater();
        if (reply.isError()) return;  // no portal on this desktop: the palette decides
        // Read wraps its answer in a second variant; ReadOne, which does not, is too new.
        const QVariant outer = reply.value().variant();
        const QVariant inner = outer.canConvert<QDBusVariant>() ? outer.value<QDBusVariant>().variant() : outer;
        setPortalValue(inner.toUInt());
    });
}

void Theme::onPortalSettingChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == kAppearance && key == kColorScheme) setPortalValue(value.variant().toUInt());
}

void Theme::setPortalValue(uint value) {
    portalValue_ = value;
    update();
}

void Theme::setMode(ThemeMode mode) {
    if (mode_ == mode) return;
    mode_ = mode;
    update();
}

Scheme Theme::systemScheme() const {
    if (portalValue_ == 1) return Scheme::dark;
    if (portalValue_ == 2) return Scheme::light;
    return paletteScheme_;
}

void Theme::update() {
    const Scheme wanted = mode_ == ThemeMode::system ? systemScheme()
                          : mode_ == ThemeMode::dark ? Scheme::dark
                                                     : Scheme::light;
    if (wanted == scheme_) return;
    scheme_ = wanted;
    if (installed_) apply();
    emit changed();
}

void Theme::apply() {
    const QPalette palette = paletteOf(tokens());
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
    qApp->setStyleSheet(styleSheet(tokens()));
}

QFont themeFont(FontRole role, double pixels, FontWeight weight) {
    static const QFont words = familyOf(FontRole::words);
    static const QFont numbers = familyOf(FontRole::numbers);
    QFont font = role == FontRole::words ? words : numbers;
    // Half pixels of the design: pixel sizes are whole in Qt, point sizes are not, but depend on the screen. Round to
    // nearest.
    font.setPixelSize(static_cast<int>(pixels + 0.5));
    font.setWeight(weight == FontWeight::semibold ? QFont::DemiBold : QFont::Normal);
    return font;
}

}  // namespace mantissa::ui
