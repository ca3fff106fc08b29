package dev.tenon.designer.expression;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.zone.ZoneRules;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// JavaScript's dates: milliseconds since 1970 in UTC, seen in the zone of the evaluation's clock.
final class Dates {
    private static final double MOST = 8.64e15; // ms, what a date can be from 1970
    private static final double DAY = 86_400_000;
    private static final int LONGEST_TEXT = 60;
    private static final Pattern TEXT =
            Pattern.compile(
                    "(\\d{4}|[+-]\\d{6})(?:-(\\d{2})(?:-(\\d{2}))?)?"
                            + "(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?"
                            + "\\s?(Z|[+-]\\d{2}:?\\d{2})?)?");
    private static final Pattern SLASHES =
            Pattern.compile(
                    "(\\d{4})[/-](\\d{1,2})[/-](\\d{1,2})"
                            + "(?:\\s+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?)?");
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE MMM dd ", Locale.ENGLISH);
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ENGLISH);

    private Dates() {}

    /// A date as a value, which its methods change.
    static final class Date {
        private final ZoneId zone;
        private double time; // NaN where it is no date

        Date(double time, ZoneId zone) {
            this.time = clip(time);
            this.zone = zone;
        }

        ZoneId zone() {
            return zone;
        }

        double time() {
            return time;
        }

        void set(double time) {
            this.time = clip(time);
        }

        boolean isValid() {
            return !Double.isNaN(time);
        }

        LocalDateTime in(ZoneId zone) {
            return LocalDateTime.ofInstant(Instant.ofEpochMilli((long) time), zone);
        }
    }

    static double clip(double time) {
        return Math.abs(time) <= MOST ? (double) (long) time : Double.NaN;
    }

    /// Returns the time of parts that may be beyond their ends: year, month from 0, day, hour,
    /// minute, second, ms.
    static double time(double[] parts, ZoneId zone) {
        for (int i = 0; i < parts.length; i++) {
            if (!(Math.abs(parts[i]) <= MOST)) {
                return Double.NaN;
            }
            parts[i] = (double) (long) parts[i];
        }
        double year = parts[0] + Math.floor(parts[1] / 12);
        if (Math.abs(year) > 400_000) {
            return Double.NaN;
        }
        int month = (int) (parts[1] - 12 * Math.floor(parts[1] / 12));
        double day = LocalDate.of((int) year, month + 1, 1).toEpochDay() + parts[2] - 1;
        double local =
                day * DAY + parts[3] * 3_600_000 + parts[4] * 60_000 + parts[5] * 1000 + parts[6];
        if (!(Math.abs(local) <= MOST + DAY)) {
            return Double.NaN;
        }
        var civil =
                LocalDateTime.ofEpochSecond(Math.floorDiv((long) local, 1000), 0, ZoneOffset.UTC);
        long offset = civil.atZone(zone).toEpochSecond() - civil.toEpochSecond(ZoneOffset.UTC);
        return clip(local + offset * 1000.0);
    }

    /// Returns the time that a text tells: ISO 8601, where a date alone is in UTC and one with a
    /// time in the zone, and `2024/5/1 12:30:00`; NaN where it tells none.
    static double parse(String text, ZoneId zone) {
        String trimmed = text.strip();
        if (trimmed.length() > LONGEST_TEXT) {
            return Double.NaN;
        }
        Matcher iso = TEXT.matcher(trimmed);
        if (iso.matches()) {
            return parse(iso, zone);
        }
        Matcher other = SLASHES.matcher(trimmed);
        return other.matches() ? checked(other, other.group(6), null, zone) : Double.NaN;
    }

    private static double parse(Matcher iso, ZoneId zone) {
        String offset = iso.group(8);
        if (iso.group(4) == null) {
            return checked(iso, null, null, ZoneOffset.UTC);
        }
        ZoneId its =
                offset == null
                        ? zone
                        : offset.equals("Z") ? ZoneOffset.UTC : offset(offset.replace(":", ""));
        return its == null ? Double.NaN : checked(iso, iso.group(6), iso.group(7), its);
    }

    private static @Nullable ZoneId offset(String digits) {
        int hours = Integer.parseInt(digits.substring(1, 3));
        int minutes = Integer.parseInt(digits.substring(3));
        int sign = digits.charAt(0) == '-' ? -1 : 1;
        return hours > 18 || minutes > 59 || (hours == 18 && minutes > 0)
                ? null
                : ZoneOffset.ofTotalSeconds(sign * (hours * 3600 + minutes * 60));
    }

    private static double checked(
            Matcher parts, @Nullable String second, @Nullable String fraction, ZoneId zone) {
        int month = number(parts.group(2), 1);
        int day = number(parts.group(3), 1);
        int hour = number(parts.group(4), 0);
        int minute = number(parts.group(5), 0);
        int seconds = number(second, 0);
        boolean isMidnight = hour == 24 && minute == 0 && seconds == 0;
        if (month < 1 || month > 12 || day < 1 || day > 31 || minute > 59 || seconds > 59) {
            return Double.NaN;
        }
        if (hour > 23 && !isMidnight) {
            return Double.NaN;
        }
        double ms = fraction == null ? 0 : Math.floor(1000 * Double.parseDouble("0." + fraction));
        double year = Double.parseDouble(parts.group(1));
        return time(new double[] {year, month - 1, day, hour, minute, seconds, ms}, zone);
    }

    private static int number(@Nullable String digits, int otherwise) {
        return digits == null ? otherwise : Integer.parseInt(digits);
    }

    // ---- as text

    static String iso(Date date) {
        LocalDateTime at = date.in(ZoneOffset.UTC);
        int year = at.getYear();
        String years =
                year >= 0 && year <= 9999
                        ? "%04d".formatted(year)
                        : "%s%06d".formatted(year < 0 ? "-" : "+", Math.abs(year));
        return years + ISO.format(at);
    }

    /// Returns `Fri Nov 27 2026`.
    static String date(Date date, ZoneId zone) {
        LocalDateTime at = date.in(zone);
        int year = at.getYear();
        return DATE.format(at) + (year < 0 ? "-%04d" : "%04d").formatted(Math.abs(year));
    }

    /// Returns `10:00:00 GMT+0000 (Coordinated Universal Time)`.
    static String time(Date date, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        Instant instant = Instant.ofEpochMilli((long) date.time());
        int minutes = rules.getOffset(instant).getTotalSeconds() / 60;
        boolean isUtc = rules.isFixedOffset() && minutes == 0;
        return TIME.format(date.in(zone))
                + " GMT%s%02d%02d"
                        .formatted(
                                minutes < 0 ? "-" : "+",
                                Math.abs(minutes) / 60,
                                Math.abs(minutes) % 60)
                + " ("
                + (isUtc
                        ? "Coordinated Universal Time"
                        : zone.getDisplayName(TextStyle.FULL, Locale.ENGLISH))
                + ")";
    }

    /// Returns what `toString` gives.
    static String text(Date date) {
        return date.isValid()
                ? date(date, date.zone()) + " " + time(date, date.zone())
                : "Invalid Date";
    }

    /// Returns how many minutes UTC is after the zone's time.
    static double offset(Date date, ZoneId zone) {
        Instant instant = Instant.ofEpochMilli((long) date.time());
        return -zone.getRules().getOffset(instant).getTotalSeconds() / 60.0 + 0;
    }
}
