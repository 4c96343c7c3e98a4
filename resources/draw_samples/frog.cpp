#include <cmath>

#include "paint.h"
#include "scenes.h"

namespace mantissa::samples {
namespace {

constexpr double kMiddle = 256;
const QColor kSkin(106, 150, 52), kThroat(216, 216, 160), kGround(112, 92, 66);

void bank(Canvas& canvas) {
    fill(canvas, everywhere(),
         linear({0, 0}, {0, kSide}, {{0, QColor(74, 70, 50)}, {0.5, kGround}, {1, QColor(140, 118, 88)}}));
    mottle(canvas, everywhere(),
           {.colour = QColor(64, 78, 34), .width = 120, .height = 90, .threshold = 0.52, .strength = 0.8, .seed = 60});
    mottle(canvas, everywhere(),
           {.colour = QColor(176, 152, 116),
            .width = 70,
            .height = 40,
            .threshold = 0.62,
            .softness = 0.1,
            .strength = 0.6,
            .seed = 61});
    blurAll(canvas, 7);
    const QPainterPath front = polygon({{0, 350}, {512, 350}, {512, 512}, {0, 512}});
    mottle(canvas, front,
           {.colour = QColor(60, 46, 32),
            .width = 40,
            .height = 22,
            .threshold = 0.56,
            .softness = 0.1,
            .strength = 0.6,
            .fade = 70,
            .seed = 62});
    mottle(canvas, front,
           {.colour = QColor(196, 178, 142),
            .width = 30,
            .height = 16,
            .threshold = 0.64,
            .softness = 0.06,
            .strength = 0.5,
            .fade = 70,
            .seed = 63});
}

QBrush skin(double top, double bottom) {
    return linear({0, top}, {0, bottom}, {{0, lighter(kSkin, 0.28)}, {0.5, kSkin}, {1, lighter(kSkin, -0.5)}});
}

void spots(Canvas& canvas, const QPainterPath& inside, std::uint32_t seed) {
    mottle(canvas, inside,
           {.colour = QColor(52, 82, 26),
            .width = 54,
            .height = 44,
            .threshold = 0.62,
            .softness = 0.06,
            .strength = 0.75,
            .seed = seed});
    mottle(canvas, inside,
           {.colour = QColor(196, 214, 112),
            .width = 40,
            .height = 30,
            .threshold = 0.66,
            .softness = 0.08,
            .strength = 0.45,
            .seed = seed + 50});
}

void hindLeg(Canvas& canvas, double side) {
    canvas.painter.save();
    canvas.painter.translate(kMiddle, 0);
    canvas.painter.scale(side, 1);
    const QPainterPath foot =
        smooth({{120, 424}, {190, 424}, {238, 440}, {226, 452}, {180, 448}, {204, 466}, {186, 470}, {120, 448}});
    fill(canvas, foot, skin(410, 480));
    const QPainterPath thigh =
        smooth({{96, 300}, {150, 268}, {206, 286}, {224, 344}, {204, 408}, {150, 440}, {104, 430}, {92, 366}});
    fill(canvas, thigh,
         radial({150, 320}, 140, {{0, lighter(kSkin, 0.2)}, {0.6, lighter(kSkin, -0.08)}, {1, lighter(kSkin, -0.6)}}));
    spots(canvas, thigh, side > 0 ? 70 : 71);
    canvas.painter.restore();
}

void frontLeg(Canvas& canvas, double side) {
    canvas.painter.save();
    canvas.painter.translate(kMiddle, 0);
    canvas.painter.scale(side, 1);
    const QPainterPath arm = smooth({{66, 320},
                                     {110, 318},
                                     {122, 370},
                                     {104, 430},
                                     {134, 456},
                                     {112, 462},
                                     {96, 452},
                                     {90, 474},
                                     {74, 468},
                                     {72, 450},
                                     {48, 466},
                                     {42, 454},
                                     {66, 424},
                                     {74, 376}});
    softFill(canvas, arm.translated(0, 8), withAlpha(QColor(30, 22, 14), 0.5), {.radius = 8});
    fill(canvas, arm,
         linear({40, 0}, {130, 0},
                {{0, lighter(kSkin, -0.2)}, {0.6, lighter(kSkin, 0.12)}, {1, lighter(kSkin, -0.35)}}));
    canvas.painter.restore();
}

void torso(Canvas& canvas) {
    const QPainterPath body = smooth({{256, 190},
                                      {340, 214},
                                      {392, 290},
                                      {396, 370},
                                      {350, 432},
                                      {256, 446},
                                      {162, 432},
                                      {116, 370},
                                      {120, 290},
                                      {172, 214}});
    fill(canvas, body, skin(190, 450));
    spots(canvas, body, 80);
    softFill(canvas, smooth({{256, 300}, {326, 318}, {340, 390}, {300, 436}, {212, 436}, {172, 390}, {186, 318}}),
             kThroat, {.radius = 14, .inside = &body});
    softFill(canvas, smooth({{180, 420}, {256, 434}, {332, 420}, {310, 456}, {202, 456}}),
             withAlpha(QColor(70, 62, 30), 0.6), {.radius = 12, .inside = &body});
}

void eye(Canvas& canvas, QPointF centre) {
    fill(canvas, ellipse(centre, 45, 42),
         radial(centre - QPointF(8, 14), 56, {{0, lighter(kSkin, 0.4)}, {0.6, kSkin}, {1, lighter(kSkin, -0.5)}}));
    fill(canvas, ellipse(centre + QPointF(0, 4), 31, 29),
         radial(centre, 32, {{0, QColor(240, 202, 84)}, {0.7, QColor(206, 142, 40)}, {1, QColor(104, 62, 16)}}));
    fill(canvas, ellipse(centre + QPointF(0, 4), 22, 11), QColor(14, 12, 8));
    fill(canvas, ellipse(centre + QPointF(-10, -7), 6, 6), withAlpha(Qt::white, 0.95));
}

void head(Canvas& canvas) {
    const QPainterPath shape = smooth({{256, 148},
                                       {322, 150},
                                       {384, 188},
                                       {414, 244},
                                       {396, 294},
                                       {336, 326},
                                       {256, 336},
                                       {176, 326},
                                       {116, 294},
                                       {98, 244},
                                       {128, 188},
                                       {190, 150}});
    softFill(canvas, shape.translated(0, 14), withAlpha(QColor(24, 30, 8), 0.5), {.radius = 14});
    fill(canvas, shape,
         linear({0, 148}, {0, 336},
                {{0, lighter(kSkin, 0.3)}, {0.5, kSkin}, {0.68, lighter(kSkin, -0.15)}, {1, kThroat}}));
    canvas.painter.save();
    canvas.painter.setClipPath(shape);
    fill(canvas, smooth({{92, 268}, {170, 292}, {256, 298}, {342, 292}, {420, 268}, {420, 350}, {92, 350}}),
         linear({0, 268}, {0, 340}, {{0, QColor(232, 230, 180)}, {1, QColor(168, 168, 106)}}));
    canvas.painter.restore();
    spots(canvas,
          smooth({{256, 150},
                  {322, 152},
                  {380, 190},
                  {404, 240},
                  {330, 272},
                  {256, 276},
                  {182, 272},
                  {108, 240},
                  {132, 190},
                  {190, 152}}),
          90);
    softFill(canvas, ellipse({226, 186}, 60, 16, -6), withAlpha(Qt::white, 0.45), {.radius = 10, .inside = &shape});
    canvas.painter.strokePath(curve({{104, 262}, {170, 290}, {256, 297}, {342, 290}, {408, 262}}),
                              QPen(QColor(50, 62, 20), 4, Qt::SolidLine, Qt::RoundCap));
    for (const double side : {-1.0, 1.0}) {
        fill(canvas, ellipse({kMiddle + side * 22, 226}, 4.4, 3.2, side * 30), QColor(36, 46, 14));
        eye(canvas, {kMiddle + side * 98, 164});
    }
}

}  // namespace

QImage drawFrog() {
    Canvas canvas(18);
    bank(canvas);
    softFill(canvas, ellipse({256, 448}, 220, 26), withAlpha(QColor(22, 16, 8), 0.75), {.radius = 14});
    for (const double side : {-1.0, 1.0}) hindLeg(canvas, side);
    torso(canvas);
    for (const double side : {-1.0, 1.0}) frontLeg(canvas, side);
    head(canvas);
    return canvas.image;
}

}  // namespace mantissa::samples
