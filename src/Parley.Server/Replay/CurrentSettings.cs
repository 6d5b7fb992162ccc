using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Parley.Hosting;
using Parley.Management;
using Parley.Server.Configuration;
using Parley.Server.Hosting;

namespace Parley.Server.Replay;

/// <summary>The settings that are in force: those of the start, or of the last reload.</summary>
internal sealed class CurrentSettings(ServerConfiguration configuration, IConfigurationRoot root) : ISavedSettings
{
    private volatile Pair _pair = new(configuration, root);

    public ServerConfiguration Configuration => _pair.Configuration;

    public IConfigurationRoot Root => _pair.Root;

    /// <inheritdoc/>
    public string Version => ServerStart.Version;

    /// <inheritdoc/>
    public IReadOnlyList<string> OwnNames => [.. Configuration.OwnNames];

    /// <inheritdoc/>
    public string? Json
    {
        get
        {
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                json.WritePropertyName("Parley"u8);
                Write(json, Root.GetSection("Parley"));
                json.WriteEndObject();
            }
            return Encoding.UTF8.GetString(buffer.ToArray());
        }
    }

    /// <summary>Gives the management side what it saves with calls, and explains requests by.</summary>
    public void AddTo(ParleyApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ISavedSettings>(this);
        builder.Services.AddSingleton<IRequestExplainer>(s => new ServerExplainer(this, s));
    }

    /// <summary>After a reload.</summary>
    public void Use(ServerConfiguration configuration, IConfigurationRoot root) => _pair = new Pair(configuration, root);

    /// <summary>Numbers and flags become texts, as which the environment gives them too.</summary>
    private static void Write(Utf8JsonWriter json, IConfigurationSection section)
    {
        var children = section.GetChildren().ToList();
        if (children.Count == 0)
        {
            if (section.Value is { } value)
                json.WriteStringValue(value);
            else
                WriteEmpty(json, section);
            return;
        }
        var isArray = children.All(static c => c.Key.All(char.IsAsciiDigit));
        if (isArray)
            json.WriteStartArray();
        else
            json.WriteStartObject();
        foreach (var child in children)
        {
            if (!isArray)
                json.WritePropertyName(child.Key);
            Write(json, child);
        }
        if (isArray)
            json.WriteEndArray();
        else
            json.WriteEndObject();
    }

    /// <summary>The whole section may be left out of the file.</summary>
    private static void WriteEmpty(Utf8JsonWriter json, IConfigurationSection section)
    {
        if (section.Path == "Parley")
        {
            json.WriteStartObject();
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private sealed record Pair(ServerConfiguration Configuration, IConfigurationRoot Root);
}
