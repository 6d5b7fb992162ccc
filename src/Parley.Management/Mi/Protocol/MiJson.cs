using System.Text.Encodings.Web;
using System.Text.Json;

namespace Parley.Management;

/// <summary>How replies are written: compact, and as little escaped as JSON allows.</summary>
internal static class MiJson
{
    /// <summary>Validation is off: the elements of a long result are written from several places.</summary>
    public static readonly JsonWriterOptions Options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>A text as a JSON value.</summary>
    public static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";
}
