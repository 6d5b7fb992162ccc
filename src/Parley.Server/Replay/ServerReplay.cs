using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Parley.Hosting;
using Parley.Management;
using Parley.Registrar;
using Parley.Server.Configuration;
using Parley.Server.Hosting;
using Parley.Sip;
using Parley.Testing;

namespace Parley.Server.Replay;

/// <summary>Runs a recorded call again: against settings of this server, or against another program's application.</summary>
internal static class ServerReplay
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Against settings.</summary>
    /// <param name="file">The call.</param>
    /// <param name="settings">A settings file; null: those that the call was recorded with, or the defaults where it has none.</param>
    /// <exception cref="CallFileException">The settings cannot be read or have mistakes; one line for each.</exception>
    public static ReplayResult Run(CallFile file, string? settings)
    {
        var (configuration, root) = settings is null ? Recorded(file) : Loaded(settings);
        return Run(file, configuration, root);
    }

    /// <summary>Against settings that are read already.</summary>
    public static ReplayResult Run(CallFile file, ServerConfiguration configuration, IConfigurationRoot root)
    {
        // Of the machine, not of the call.
        configuration.GcPacing = 0;
        var replay = new CallReplay(file);
        foreach (var name in configuration.OwnNames)
            replay.OwnNames.Add(name);
        return replay.Run(site =>
        {
            var application = ApplicationSetup.Build(
                configuration,
                root,
                change: builder =>
                {
                    builder.Logging.ClearProviders();
                    site.AddTo(builder);
                    builder.AddCallRecorder();
                }
            );
            site.Steps = () => RecordedSteps.Of(application, file.CallId);
            ApplicationSetup.Route(application, configuration);
            Bind(application.Services.GetRequiredService<LocationTable>(), site);
            return application;
        });
    }

    /// <summary>Whether this build can load a program: what is compiled natively or trimmed cannot.</summary>
    [FeatureSwitchDefinition("Parley.Server.LoadsPrograms")]
    [FeatureGuard(typeof(RequiresUnreferencedCodeAttribute))]
#pragma warning disable IL4000 // The switch is false in native and trimmed builds (Parley.Server.csproj), which the analyzer cannot see.
    private static bool LoadsPrograms => !AppContext.TryGetSwitch("Parley.Server.LoadsPrograms", out var loads) || loads;
#pragma warning restore IL4000

    /// <summary>Against the application that a program starts.</summary>
    /// <param name="file">The call.</param>
    /// <param name="program">The program's assembly, <c>bin/Release/net10.0/MyProxy.dll</c>.</param>
    /// <param name="args">The program's command line.</param>
    /// <exception cref="CallFileException">It cannot be loaded, or starts no application of Parley; one line.</exception>
    public static ReplayResult RunProgram(CallFile file, string program, params string[] args)
    {
        if (!File.Exists(program))
            throw new CallFileException($"{program}: there is no such file", new FileNotFoundException());
        ProgramTakeover? takeover = null;
        try
        {
            var assembly = Load(program);
            return new CallReplay(file).Run(site =>
            {
                takeover = ProgramTakeover.Run(
                    assembly,
                    args,
                    builder =>
                    {
                        builder.Logging.ClearProviders();
                        site.AddTo(builder);
                    },
                    Patience
                );
                var application = takeover.Application;
                if (application.Services.GetService<LocationTable>() is { } locations)
                    Bind(locations, site);
                return application;
            });
        }
        catch (Exception error) when (error is InvalidOperationException or IOException or BadImageFormatException)
        {
            throw new CallFileException($"{program}: {error.Message.ReplaceLineEndings(" ")}", error);
        }
        finally
        {
            takeover?.Dispose();
        }
    }

    /// <summary>The contacts that were registered then.</summary>
    private static void Bind(LocationTable locations, ReplaySite site)
    {
        foreach (var contact in site.File.Contacts)
        {
            if (!SipUri.TryParse(contact.AddressOfRecord, out var address) || !SipUri.TryParse(contact.Uri, out var uri))
                continue;
            locations.Bind(locations.AddressOf(address), new StoredContact { Contact = uri, Flow = site.FlowTo(contact) });
        }
    }

    private static Assembly Load(string program)
    {
        if (!LoadsPrograms)
            throw new CallFileException($"{program}: a natively compiled parley loads no programs");
        var path = Path.GetFullPath(program);
        // Its own packages lie beside it; Parley itself is this process's, so that the two speak of the same types.
        var resolver = new AssemblyDependencyResolver(path);
        AssemblyLoadContext.Default.Resolving += (context, name) => Resolve(context, resolver.ResolveAssemblyToPath(name));
        return AssemblyLoadContext.Default.LoadFromAssemblyPath(path);
    }

    private static Assembly? Resolve(AssemblyLoadContext context, string? path) =>
        LoadsPrograms && path is not null ? context.LoadFromAssemblyPath(path) : null;

    private static (ServerConfiguration Configuration, IConfigurationRoot Root) Loaded(string path)
    {
        var (configuration, root, errors) = ConfigurationLoader.Load(path, readCertificates: false);
        return configuration is not null && root is not null
            ? (configuration, root)
            : throw new CallFileException(string.Join(Environment.NewLine, errors));
    }

    private static (ServerConfiguration Configuration, IConfigurationRoot Root) Recorded(CallFile file)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(file.Configuration ?? "{}"));
        var root = new ConfigurationBuilder().AddJsonStream(json).Build();
        var errors = new List<string>();
        var configuration = ConfigurationRules.Read(root.GetSection("Parley"), AppContext.BaseDirectory, errors, false);
        return errors.Count == 0
            ? (configuration, root)
            : throw new CallFileException(
                "The settings in the file cannot be used here; give others by --config. " + string.Join(" ", errors).ReplaceLineEndings(" ")
            );
    }
}
