using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Parley.Management;

/// <summary>The reply of <c>GET /api/v1/charts</c>.</summary>
internal static class ChartJson
{
    public static byte[] Write(ChartData data)
    {
        var buffer = new ArrayBufferWriter<byte>(32 * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("stepMs", data.StepMs);
            json.WriteString("start", data.Start.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteStartObject("series");
            Write(json, "callsPerSecond", data.CallsPerSecond);
            Write(json, "active", data.Active);
            Write(json, "answerRatio", data.AnswerRatio);
            Write(json, "setupP50Ms", data.SetupP50Ms);
            Write(json, "setupP95Ms", data.SetupP95Ms);
            Write(json, "setupP99Ms", data.SetupP99Ms);
            json.WriteStartObject("failures");
            foreach ((string status, double?[] values) in data.Failures)
                Write(json, status, values);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, double?[] values)
    {
        json.WriteStartArray(name);
        foreach (double? value in values)
        {
            if (value is { } number)
                json.WriteNumberValue(number);
            else
                json.WriteNullValue();
        }

        json.WriteEndArray();
    }
}
