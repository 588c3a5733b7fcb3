/** A site: lines to devices, and a link to each centre. */
import {
  mqttBroker,
  mqttClient,
  printer,
  scale,
  Trace,
  tracedModbus,
  WritePort,
} from "../../drivers/mod.ts";
import { centresOf } from "../centres.ts";
import { Collector } from "../collector.ts";
import { devicesOf, type SiteConfig, type SourceConfig } from "../config.ts";
import type { Node } from "../node.ts";
import { replicationOf } from "../replication.ts";
import { type Source, Supervisor } from "../supervise.ts";
import { recallComputed } from "../values/recall_computed.ts";
import { SilenceAlarms } from "../values/silence_alarms.ts";
import { Values } from "../values/values.ts";
import { DeviceWriter } from "../writes/device_writer.ts";
import type { Role } from "./role.ts";

export function siteRole(node: Node, config: SiteConfig): Role {
  const devices = config.sources.flatMap(devicesOf);
  const silence = new SilenceAlarms(devices, { ...node, node: config.node, admission: node.disk });
  const values = new Values(devices);
  const recallParts = { ...node, node: config.node };
  const collector = new Collector({
    ...node,
    admission: node.disk,
    values,
    heard: (device, receivedMs) => silence.heard(device, receivedMs),
  });
  const replication = replicationOf(node);
  const parts = { ...node, collector, random: Math.random };
  const sources = config.sources.map(sourceOf);
  return {
    collector,
    recallComputed: (signal) => recallComputed(values, devices, recallParts, signal),
    silence,
    sources,
    supervisors: sources.map((source) => new Supervisor(source, parts)),
    writer: new DeviceWriter(config, sources, { ...node, admission: node.disk }),
    ...centresOf(node, config.counties, replication),
    replication,
    sync: null,
  };
}

function sourceOf(config: SourceConfig): Source {
  const { name, driver } = config;
  const devices = devicesOf(config).map(({ id }) => id);
  switch (config.driver) {
    case "mqtt-broker":
      return { name, driver, devices, run: (signal) => mqttBroker.run(config.settings, signal) };
    case "mqtt-client":
      return { name, driver, devices, run: (signal) => mqttClient.run(config.settings, signal) };
    case "modbus": {
      const { settings } = config;
      const trace = new Trace();
      const writes = new WritePort(settings.devices);
      const units = new Map(settings.devices.map(({ id, unit }) => [id, unit]));
      return {
        name,
        driver,
        devices,
        run: (signal) => tracedModbus(settings, signal, trace, writes),
        exchangesWith: (device) => trace.of(units.get(device) ?? -1),
        writes,
      };
    }
    case "printer":
      return { name, driver, devices, run: (signal) => printer.run(config.settings, signal) };
    case "scale":
      return { name, driver, devices, run: (signal) => scale.run(config.settings, signal) };
  }
}
