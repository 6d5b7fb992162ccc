using System.Text;
using System.Text.Json;

namespace Parley.Dialogs;

/// <summary>A track as an object of JSON, for <see cref="DialogColumn.Details"/>. Only of an answered call: what its end would add is not there.</summary>
internal static class CallTrackJson
{
    /// <summary>Writes the object as a value.</summary>
    public static void Write(Utf8JsonWriter json, CallTrack track)
    {
        json.WriteStartObject();
        json.WriteNumber("start"u8, track.Start);
        if (track.Ring != 0)
            json.WriteNumber("ring"u8, track.Ring);
        if (track.Answer != 0)
            json.WriteNumber("answer"u8, track.Answer);
        Write(json, "ruri"u8, track.RequestUri);
        Write(json, "source"u8, track.Source);
        Write(json, "target"u8, track.Target);
        Write(json, "target_uri"u8, track.TargetUri);
        if (track.Others is { Count: > 0 } others)
        {
            json.WriteStartArray("others"u8);
            foreach (CallTrackTarget other in others)
            {
                json.WriteStartObject();
                json.WriteNumber("branch"u8, other.Branch);
                json.WriteBase64String("tag"u8, other.Tag);
                Write(json, "target"u8, other.Target);
                Write(json, "target_uri"u8, other.TargetUri);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    /// <summary>Reads the value that the reader stands at, and leaves it at its end. Names that are not known, and values of another kind, are passed over.</summary>
    /// <returns>Null when it is no object, or has no start.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static CallTrack? Read(ref Utf8JsonReader json)
    {
        long start = 0,
            ring = 0,
            answer = 0;
        byte[] requestUri = [],
            source = [],
            target = [],
            targetUri = [];
        List<CallTrackTarget>? others = null;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case "start":
                    start = Number(ref json);
                    break;
                case "ring":
                    ring = Number(ref json);
                    break;
                case "answer":
                    answer = Number(ref json);
                    break;
                case "ruri":
                    requestUri = Text(ref json);
                    break;
                case "source":
                    source = Text(ref json);
                    break;
                case "target":
                    target = Text(ref json);
                    break;
                case "target_uri":
                    targetUri = Text(ref json);
                    break;
                case "others" when json.TokenType == JsonTokenType.StartArray:
                    others = Others(ref json);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return start <= 0
            ? null
            : new CallTrack(start, requestUri, source)
            {
                Ring = ring,
                Answer = answer,
                Target = target,
                TargetUri = targetUri,
                Others = others,
            };
    }

    private static List<CallTrackTarget> Others(ref Utf8JsonReader json)
    {
        var others = new List<CallTrackTarget>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            long branch = 0;
            byte[] tag = [],
                target = [],
                targetUri = [];
            if (json.TokenType != JsonTokenType.StartObject)
            {
                json.Skip();
                continue;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                string name = json.GetString()!;
                json.Read();
                switch (name)
                {
                    case "branch":
                        branch = Number(ref json);
                        break;
                    case "tag" when json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out byte[]? bytes):
                        tag = bytes;
                        break;
                    case "target":
                        target = Text(ref json);
                        break;
                    case "target_uri":
                        targetUri = Text(ref json);
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            if (others.Count < LegSet.MaxLegs)
                others.Add(new CallTrackTarget((int)Math.Min(branch, short.MaxValue), tag, target, targetUri));
        }

        return others;
    }

    private static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> name, byte[] text)
    {
        if (text.Length > 0)
            json.WriteString(name, Encoding.UTF8.GetString(text));
    }

    /// <summary>A time that is one; else 0.</summary>
    private static long Number(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out long number) && number is > 0 and < 253_402_300_800_000)
            return number;
        json.Skip();
        return 0;
    }

    private static byte[] Text(ref Utf8JsonReader json)
    {
        if (json.TokenType == JsonTokenType.String)
            return Encoding.UTF8.GetBytes(json.GetString()!);
        json.Skip();
        return [];
    }
}
